"""A review by two people, each with a deadline; the author may withdraw, and a tie goes to the editor."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from engine import Context, Engine, create_workflow, step

DEADLINE = timedelta(days=7)


class Verdict(Enum):
    ACCEPT = "accept"
    REVISE = "revise"
    REJECT = "reject"


class Paper(BaseModel):
    """A paper that was handed in."""

    title: str = Field(min_length=3)
    author: str
    pages: int = Field(gt=0, le=500)
    submitted_at: datetime
    keywords: set[str] = set()
    score: float | None = None


class Review(BaseModel):
    """What a reviewer says."""

    verdict: Verdict
    score: int = Field(ge=1, le=10)
    remarks: str = Field(default="", json_schema_extra={"format": "textarea"})

    @model_validator(mode="after")
    def _reasons(self) -> "Review":
        if self.verdict is Verdict.REJECT and not self.remarks:
            raise ValueError("a rejection needs remarks")
        return self


class Accepted(BaseModel):
    kind: Literal["accepted"] = "accepted"
    title: str
    at: datetime


class Returned(BaseModel):
    kind: Literal["returned"] = "returned"
    title: str
    remarks: list[str]


class Withdrawn(BaseModel):
    kind: Literal["withdrawn"] = "withdrawn"
    reason: str


Outcome = Annotated[Accepted | Returned | Withdrawn, Field(discriminator="kind")]


class Reviews(BaseModel):
    first: Review
    second: Review


class Withdrawal(BaseModel):
    reason: str | None = None


class Notes(BaseModel):
    """What is remembered during the review."""

    reminders: int = 0
    asked: list[str] = []


def _ask(paper: Paper, ctx: Context, who: str) -> Review:
    answer: Review = ctx.suspend({"question": f"{who}: what about {paper.title!r}?", "paper": paper})
    ctx.logger.info("%s says %s", who, answer.verdict.value)
    return answer


@step(resume_schema=Review)
def first(paper: Paper, ctx: Context) -> Review:
    """Ask the first reviewer."""
    return _ask(paper, ctx, "first")


@step(resume_schema=Review)
def second(paper: Paper, ctx: Context) -> Review:
    """Ask the second reviewer."""
    return _ask(paper, ctx, "second")


@step(state_schema=Notes)
def register(paper: Paper, ctx: Context) -> Paper:
    """Write the paper down."""
    ctx.set_state(asked=["first", "second"], reminders=0)
    return paper.model_copy(update={"keywords": {word.lower() for word in paper.keywords}})


def is_clear(reviews: Reviews) -> bool:
    """Tell whether both say the same."""
    return reviews.first.verdict is reviews.second.verdict


class Decision(BaseModel):
    accept: bool
    note: str = ""


@step(resume_schema=Decision)
def editor(reviews: Reviews, ctx: Context) -> Outcome:
    """Ask the editor, because the reviewers differ."""
    said = ctx.suspend({"first": reviews.first, "second": reviews.second}, label="tie")
    title = ctx.init_data.title
    if said.accept:
        return Accepted(title=title, at=datetime(2026, 1, 1, tzinfo=UTC))
    return Returned(title=title, remarks=[said.note])


@step
def decide(reviews: Reviews, ctx: Context) -> Outcome:
    """Do what both say."""
    title = ctx.init_data.title
    if reviews.first.verdict is Verdict.ACCEPT:
        return Accepted(title=title, at=datetime(2026, 1, 1, tzinfo=UTC))
    return Returned(title=title, remarks=[one.remarks for one in (reviews.first, reviews.second)])


def whichever(arms: dict[str, Any]) -> Any:
    """Return what the arm that ran has given."""
    (found,) = arms.values()
    return found


@step(state_schema=Notes)
def remind(paper: Paper, ctx: Context) -> Paper:
    """Remind everybody."""
    ctx.set_state(reminders=ctx.state.reminders + 1)
    return paper


review = (
    create_workflow(id="review", input_schema=Paper, output_schema=Outcome, state_schema=Notes)
    .then(register)
    .sleep(timedelta(hours=1))
    .parallel([first, second])
    .branch([(is_clear, decide)], otherwise=editor)
    .map(whichever)
    .commit()
)


@step
def close(withdrawal: Withdrawal) -> Withdrawn:
    """Close the case."""
    return Withdrawn(reason=withdrawal.reason or "no reason given")


withdrawing = (
    create_workflow(id="withdrawing", input_schema=Paper, output_schema=Withdrawn)
    .sleep_until(lambda paper: paper.submitted_at + DEADLINE)
    .then(remind)
    .wait_for_event("withdrawn", Withdrawal, timeout=timedelta(days=30))
    .then(close)
    .commit()
)

app = Engine([review, withdrawing])

PAPER = {
    "title": "On sums",
    "author": "Ada",
    "pages": 12,
    "submitted_at": "2026-01-01T00:00:00Z",
    "keywords": ["A", "b"],
}
