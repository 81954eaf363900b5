"""The type behind a question's own schema is found by the expression in the step's source."""

import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from engine import Context
from engine.tree.answer_types import answer_schema
from engine.values.schema import Schema


class Approval(BaseModel):
    """An answer."""

    on: datetime.date


Choice = Literal["a", "b"]
Positive = Annotated[int, Field(gt=0)]


def plain(ctx: Context) -> Any:
    """Name a type."""
    return ctx.suspend(answer=Approval)


def listed(ctx: Context) -> Any:
    """Name a list of a type."""
    return ctx.suspend({"question": "?"}, answer=list[Approval], label="x")


def optional(ctx: Context) -> Any:
    """Name a type or nothing."""
    return ctx.suspend(answer=Approval | None)


def by_module(ctx: Context) -> Any:
    """Name a type through its module."""
    return ctx.suspend(answer=datetime.date)


def aliased(ctx: Context) -> Any:
    """Name a type by an alias."""
    return ctx.suspend(answer=dict[str, Positive])


async def second(ctx: Context) -> Any:
    """Ask two questions."""
    ctx.suspend(answer=Choice)
    return ctx.suspend(answer=Approval)


def helped(ctx: Context) -> Any:
    """Ask by way of two helpers."""

    def inner() -> Any:
        return listed(ctx)

    return inner()


FOUND = [
    (plain, Approval),
    (listed, list[Approval]),
    (optional, Approval | None),
    (by_module, datetime.date),
    (aliased, dict[str, Positive]),
    (second, Approval),
    (second, Choice),
    (helped, list[Approval]),
]


@pytest.mark.parametrize(("function", "kind"), FOUND)
def test_a_type_that_is_named_is_found(function: Any, kind: Any) -> None:
    """In the step, in what it calls, with brackets and bars."""
    found = answer_schema(function, Schema.of(kind).json_schema)
    assert found is not None
    assert found.spec == kind


def made(ctx: Context) -> Any:
    """Make a type in the call."""
    return ctx.suspend(answer=type("Made", (BaseModel,), {}))


def handed(ctx: Context, kind: Any = Approval) -> Any:
    """Be given a type."""
    return ctx.suspend(answer=kind)


@pytest.mark.parametrize("function", [made, handed, eval("lambda ctx: ctx.suspend(answer=Approval)"), print, Approval])  # noqa: S307
def test_what_is_made_in_the_call_is_not(function: Any) -> None:
    """Nothing of the user's is called to find a type, and a source that cannot be read tells none."""
    assert answer_schema(function, Schema.of(Approval).json_schema) is None


def test_a_type_that_has_changed_is_not_taken() -> None:
    """The recorded schema counts."""
    assert answer_schema(plain, {"type": "object"}) is None
