"""The workflows that are asked about."""

from datetime import date
from typing import Any

from pydantic import BaseModel, field_validator

from engine import Context, Workflow, create_workflow, from_init, step, template


class Wish(BaseModel):
    """An input with a rule that no JSON Schema tells."""

    article: str

    @field_validator("article")
    @classmethod
    def known(cls, article: str) -> str:
        """Refuse what nobody sells."""
        if article == "unicorn":
            raise ValueError("there are none")
        return article


@step(resume_schema=int)
def first(wish: Wish, ctx: Context) -> str:
    """Ask under a label."""
    answer: int = ctx.suspend(label="go")
    return f"{wish.article} {answer}"


@step(resume_schema=int)
def second(text: str, ctx: Context) -> str:
    """Ask again, so that the run goes on waiting after the first answer."""
    answer: int = ctx.suspend()
    return f"{text} {answer}"


@step
def three(wish: Wish) -> list[str]:
    """Give three items."""
    return [wish.article] * 3


@step(resume_schema=int)
def item(article: str, ctx: Context) -> str:
    """Ask for one item, under a label of its own."""
    answer: int = ctx.suspend(label=f"item {ctx.path[-1]}")
    return f"{article} {answer}"


@step
def ask(data: Any, ctx: Context) -> Any:
    """Take any answer, null too."""
    return ctx.suspend()


@step
def settle(amount: int) -> int:
    """Fail when nothing was paid."""
    if not amount:
        raise RuntimeError("nothing was paid")
    return amount


class Verdict(BaseModel):
    """An answer with rules that no JSON Schema tells."""

    on: date
    by: str = "somebody"

    @field_validator("by")
    @classmethod
    def known(cls, by: str) -> str:
        """Refuse who may not decide."""
        if by == "nobody":
            raise ValueError("nobody cannot decide")
        return by


def decided(ctx: Context) -> Verdict:
    """Ask for a verdict."""
    return ctx.suspend({"question": "when?"}, answer=Verdict)


@step
def decide(wish: Wish, ctx: Context) -> list[str]:
    """Ask with schemas of the questions' own."""
    verdict = decided(ctx)
    others = ctx.suspend(answer=list[Verdict])
    return [verdict.by, *(other.by for other in others)]


class Order(BaseModel):
    """An input that may be left out altogether."""

    magazine: str = "x"
    copies: int = 1


READ = {"magazine": from_init("magazine"), "text": template("{init.magazine} {init.copies}")}
"""What reads keys of the input that nobody has given."""

reader: Workflow[Any, Any] = (
    create_workflow(id="reader", input_schema=Order, output_schema=None).map(READ, id="read").commit()
)

inner: Workflow[Any, Any] = create_workflow(id="inner", input_schema=Wish, output_schema=str).then(first).commit()


def flow(name: str) -> Any:
    """Begin a workflow."""
    return create_workflow(id=name, input_schema=Wish, output_schema=Any)


FLOWS: tuple[Workflow[Any, Any], ...] = (
    flow("twice").then(first).then(second).commit(),
    flow("each").then(three).foreach(item, concurrency=3).commit(),
    flow("nested").then(inner).commit(),
    create_workflow(id="anything", input_schema=None, output_schema=None).then(ask).wait_for_event("any").commit(),
    flow("order").then(first).wait_for_event("paid", schema=int, id="payment").then(settle).commit(),
    flow("decision").then(decide).commit(),
    reader,
    create_workflow(id="around", input_schema=Order, output_schema=None).map({}).then(reader).commit(),
    flow("expects").wait_for_event("paid", schema=int, id="payment").commit(),
)
