"""A review by two people at once, each with a deadline after which a default holds."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from engine import Context, create_workflow, step


class Draft(BaseModel):
    """A text that is to be published."""

    title: str = Field(default="How we fold waits", min_length=1)
    text: str = Field(default="A run of two seconds that waited an hour is two hairs on a line.", min_length=1)
    minutes: int = Field(default=60, ge=1, le=10_080, description="What each reviewer has; then silence is consent.")


class Request(BaseModel):
    """What a reviewer is asked."""

    question: str
    text: str
    remarks: list[str]


class Verdict(BaseModel):
    """What a reviewer says."""

    verdict: Literal["publish", "change", "stop"] = "publish"
    note: str = Field(default="", max_length=500)


class Reviewed(BaseModel):
    """What became of the text."""

    published: bool
    address: str | None
    notes: dict[str, str]


@step
async def check_style(draft: Draft) -> list[str]:
    """Find what a reviewer would find first."""
    await asyncio.sleep(0.3)
    words = draft.text.split()
    return [f"{len(words)} words", *(["no full stop at the end"] if not draft.text.endswith(".") else [])]


def ask(ctx: Context, question: str, remarks: list[str]) -> Verdict:
    """Ask a person, who has the time that the input gives."""
    draft: Draft = ctx.init_data
    request = Request(question=question, text=draft.text, remarks=remarks)
    silence = Verdict(note="no answer in time")
    answer: Verdict = ctx.suspend(request, timeout=timedelta(minutes=draft.minutes), default=silence)
    return answer


@step(suspend_schema=Request, resume_schema=Verdict)
def editor_review(remarks: list[str], ctx: Context) -> Verdict:
    """Ask the editor whether the text is good."""
    return ask(ctx, f"Is {ctx.init_data.title!r} good enough to be published?", remarks)


@step(suspend_schema=Request, resume_schema=Verdict)
def legal_review(remarks: list[str], ctx: Context) -> Verdict:
    """Ask the lawyer whether the text may be published."""
    return ask(ctx, f"May we publish {ctx.init_data.title!r}?", [])


@step
async def publish(verdicts: dict[str, Any], ctx: Context) -> Reviewed:
    """Publish what nobody stopped and nobody wants changed."""
    read = {name: Verdict.model_validate(found) for name, found in verdicts.items()}
    published = all(one.verdict == "publish" for one in read.values())
    await asyncio.sleep(0.3)
    address = ctx.init_data.title.lower().replace(" ", "-") if published else None
    return Reviewed(published=published, address=address, notes={name: one.note for name, one in read.items()})


text_review = (
    create_workflow(
        id="review",
        input_schema=Draft,
        output_schema=Reviewed,
        description="Has a text read by an editor and a lawyer at the same time, and publishes it if both agree.",
    )
    .then(check_style)
    .parallel([editor_review, legal_review], id="reviewers")
    .then(publish)
    .commit()
)
