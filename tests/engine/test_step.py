"""Steps: made from functions of every kind, called as the executor calls them, and how they are tried again."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Awaitable
from datetime import date
from typing import TYPE_CHECKING, Any, Never, no_type_check

import pytest
from pydantic import BaseModel

import engine
from engine import Context, Retry, Step, clone_step, create_step, step
from engine.errors import DefinitionError, InvalidId, InvalidSchema
from engine.testing import run_to_end
from tests.engine.contract.tiny import begin, run_of
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from decimal import Decimal as Hidden

CTX: Any = object()


class City(BaseModel):
    name: str


async def double(data: int, ctx: Context) -> int:
    """Double it.

    More words.
    """
    return data * 2


def test_a_step_is_read_from_its_function() -> None:
    """@step takes the id from the name, schemas from annotations, the description from the docstring."""
    made = step(double)
    assert (made.id, made.input.name, made.output.name) == ("double", "int", "int")
    assert made.description == "Double it.\n\nMore words."
    assert (made.wants_context, made.takes_input, made.is_async) == (True, True, True)
    assert made.file == __file__
    assert made.line == double.__code__.co_firstlineno
    assert repr(made) == "Step('double': int -> int)"


def test_every_keyword_overrides_what_is_read() -> None:
    """@step(...) takes each keyword of create_step."""
    retry = Retry(attempts=3)

    @step(
        id="other",
        input_schema={"type": "integer"},
        output_schema=None,
        resume_schema=City,
        suspend_schema=date,
        state_schema=City,
        description="words",
        retry=retry,
        timeout=2.5,
        metadata={"owner": "me"},
    )
    async def named(data: int) -> int:
        return data

    assert (named.id, named.description, named.retry, named.timeout) == ("other", "words", retry, 2.5)
    assert (named.input.spec, named.output.spec, named.metadata) == ({"type": "integer"}, None, {"owner": "me"})
    schemas = [schema and schema.spec for schema in (named.resume, named.suspend, named.state)]
    assert schemas == [City, date, City]


def test_create_step_makes_the_same_step() -> None:
    """Schemas may be given, or left to the annotations; None means any JSON value."""
    made = create_step(id="double-it", execute=double, input_schema=None)
    assert (made.id, made.input.name, made.output.name, made.description) == ("double-it", "any", "int", "")


def test_a_clone_has_the_same_logic_under_another_id() -> None:
    """clone_step changes the id, and whatever else is given."""
    original = step(double)
    cloned = clone_step(original, id="again", timeout=3, description="")
    assert (cloned.id, cloned.timeout, cloned.function, cloned.input) == ("again", 3, double, original.input)
    assert (original.timeout, cloned.description) == (None, "")


def test_annotations_name_local_types() -> None:
    """Annotations that are text may name classes of the function around, and of the function's own closure."""

    class Local(BaseModel):
        n: int

    @step
    async def local(data: Local) -> list[Local]:
        return [data]

    assert (local.input.spec, local.output.name) == (Local, "list[Local]")

    def make() -> Step[Any, Any]:
        async def inner(data: Local) -> Local:
            return Local(n=data.n)

        return step(inner)

    assert make().output.spec is Local


def test_an_annotation_that_cannot_be_found_is_named() -> None:
    """What is imported for type checkers only is an error where the step is made, unless the schema is given."""

    async def hidden(data: Hidden) -> int:
        return int(data)

    with pytest.raises(InvalidSchema, match="hidden is annotated with 'Hidden', but 'Hidden' is not defined"):
        step(hidden)
    assert step(input_schema=int)(hidden).input.spec is int


def test_a_context_is_recognised_however_it_is_named() -> None:
    """The second parameter, one annotated with Context, and one called ctx take the context."""
    signatures: list[tuple[Any, bool, bool]] = [
        (lambda: 1, False, False),
        (lambda data: data, True, False),
        (lambda data, anything: data, True, True),
        (lambda ctx: ctx, False, True),
        (lambda data, extra=1: data, True, False),
        (lambda data, ctx=None: data, True, True),
        (lambda data, *, ctx: (data, ctx), True, True),
        (lambda *args: args, True, False),
    ]

    def annotated(c: Context) -> int:
        return 1

    def through_module(c: engine.Context, *, data: int) -> int:
        return 1

    def optional(data: int, c: Context | None = None) -> int:
        return 1

    signatures += [(annotated, False, True), (through_module, True, True), (optional, True, True)]
    for function, takes_input, wants_context in signatures:
        made = create_step(id="x", execute=function)
        assert (made.takes_input, made.wants_context) == (takes_input, wants_context), function


class Doubler:
    """Objects and their methods are functions too."""

    factor = 2

    def __call__(self, data: int, ctx: Context | None) -> int:
        return data * self.factor

    async def method(self, data: int) -> int:
        return data * self.factor

    @classmethod
    def made(cls, data: int) -> int:
        return data * cls.factor

    @staticmethod
    async def fixed(data: int) -> int:
        return data * 2


@functools.wraps(double)
async def wrapper(*args: Any) -> Any:
    """Wrap a function, keeping its signature."""
    return await double(*args)


async def three(factor: int, data: int, ctx: Context) -> int:
    """Take one parameter more."""
    return data * factor


CALLABLES = [
    double,
    Doubler(),
    Doubler().method,
    Doubler.made,
    Doubler.fixed,
    wrapper,
    functools.partial(three, 2),
    functools.partial(three, factor=2),
    functools.partial(Doubler(), ctx=None),
    lambda data: data * 2,
    lambda data, ctx: double(data, ctx),
]


@pytest.mark.parametrize("function", CALLABLES)
async def test_whatever_can_be_called_can_be_a_step(function: Any) -> None:
    """Functions, methods, partials, callable objects and wrappers are called with what they take."""
    assert await create_step(id="x", execute=function).call(3, CTX) == 6


async def test_an_async_function_is_called_as_it_is() -> None:
    """No layer stands between the executor and an async function of (data, ctx)."""
    assert step(double).call is double


async def test_a_sync_function_runs_in_a_thread() -> None:
    """It does not hold up the event loop, and sees the context variables of its caller."""
    name = contextvars.ContextVar("name", default="")
    name.set("seen")

    @step
    def where(data: int) -> tuple[int, str]:
        return threading.get_ident(), name.get()

    thread, seen = await where.call(1, CTX)
    assert thread != threading.get_ident()
    assert seen == "seen"


async def test_a_sync_function_that_is_inline_runs_where_its_caller_does() -> None:
    """Its author says that it is quick; a clone of it is inline too, and what it hands out is awaited as ever."""

    @step(inline=True)
    def where(data: int) -> int:
        return threading.get_ident()

    assert await where.call(1, CTX) == threading.get_ident()
    assert await clone_step(where, id="again").call(1, CTX) == threading.get_ident()
    assert await clone_step(where, id="apart", inline=False).call(1, CTX) != threading.get_ident()
    assert await create_step(id="x", execute=lambda data: double(data, CTX), inline=True).call(3, CTX) == 6


async def test_an_inline_function_may_raise_what_it_likes() -> None:
    """What would end the coroutine that calls it fails the step like anything else."""

    def ends(data: str) -> None:
        raise {"stop": StopIteration, "exit": GeneratorExit, "value": ValueError}[data]("over")

    workflow = begin().then(create_step(id="ends", execute=ends, inline=True)).commit()
    for kind in ("stop", "exit", "value"):
        assert (await (await run_of(workflow)).start(kind)).status == "failed"


async def test_a_thread_that_is_not_waited_for_any_more_ends_by_itself() -> None:
    """Whoever waited was cancelled; what the function gives then, or raises, reaches nobody and does no harm."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(data: bool) -> None:
        begun.set()
        go_on.wait(timeout=PATIENCE)
        ended.set()
        if data:
            raise ValueError

    for raises in (False, True):
        for each in (begun, go_on, ended):
            each.clear()
        waiting = asyncio.ensure_future(create_step(id="slow", execute=slow).call(raises, CTX))
        await asyncio.to_thread(begun.wait, 20)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        await asyncio.to_thread(ended.wait, 20)


async def test_many_sync_functions_wait_at_once() -> None:
    """Steps that wait in threads do not wait for one another."""
    barrier = threading.Barrier(64)
    waiting = create_step(id="wait", execute=lambda data: barrier.wait(timeout=PATIENCE))
    arrived = await asyncio.gather(*(waiting.call(None, CTX) for _ in range(64)))
    assert sorted(arrived) == list(range(64))


async def test_a_sync_function_may_raise_what_it_likes() -> None:
    """Exceptions come out as they are; those that mean something else to a coroutine or a program, as RuntimeErrors."""

    def ends(data: type[BaseException]) -> None:
        raise data("over")

    raising = create_step(id="x", execute=ends, input_schema=None)
    for kind in (ValueError, SystemExit):
        with pytest.raises(kind, match="over"):
            await raising.call(kind, CTX)
    for kind in (StopIteration, GeneratorExit, KeyboardInterrupt):
        with pytest.raises(RuntimeError, match=kind.__name__):
            await raising.call(kind, CTX)


def test_an_awaitable_annotation_means_what_it_gives() -> None:
    """A plain function that hands out a coroutine declares the coroutine's result."""

    def later(data: int) -> Awaitable[list[int]]:
        raise NotImplementedError

    assert step(later).output.name == "list[int]"


def test_a_function_that_never_returns_may_give_anything() -> None:
    """A step that always bails is annotated so."""

    def never(data: int) -> Never:
        raise NotImplementedError

    assert step(never).output.spec is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: create_step(id="a b", execute=double), "'a b' cannot be the id of a step"),
        (lambda: create_step(id="", execute=double), "Expected letters, digits, _ and -"),
        (lambda: step(lambda data: data), "'<lambda>' cannot be the id"),
        (lambda: create_step(id=3, execute=double), "3 cannot be the id"),  # type: ignore[call-overload]
    ],
)
def test_an_id_must_be_one(make: Any, message: str) -> None:
    """The message says which characters are expected."""
    with pytest.raises(InvalidId, match=message):
        make()


@no_type_check
async def generates(data):
    """Yield instead of returning."""
    yield data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"execute": 3}, r"3 is no function\. Expected one that takes \(data\)"),
        ({"execute": lambda a, b, c: 1}, r"takes \(a, b, c\)\. Expected \(data\), \(data, ctx\)"),
        ({"execute": lambda ctx, data: 1}, r"takes \(ctx, data\), and .*Swap them: \(data, ctx\)"),
        ({"execute": generates}, r"generates is a generator\. Return a value"),
        ({"timeout": 0}, r"The timeout of step 'x' was given 0\. Expected seconds, more than 0"),
        ({"retry": 3}, r"retry=3\. Expected Retry\(attempts=3"),
        ({"retries": 3}, "was given retries, which no step takes"),
        ({"inline": 1}, r"inline=1\. Expected True or False"),
        ({"inline": True}, r"has inline=True and an async function"),
        ({"queue": "a.b"}, "'a.b' cannot be the id of a queue"),
        ({"priority": 10}, "Step 'x' has priority=10. Expected a whole number from 0 to 9"),
        ({"metadata": {"a": {1}}}, "metadata of 'x' must be JSON"),
        ({"metadata": [1]}, r"metadata of 'x' is \[1\]\. Expected a dict"),
    ],
)
def test_what_cannot_be_a_step_is_refused_when_it_is_made(options: dict[str, Any], message: str) -> None:
    """The message says what was found and what is expected."""
    given: dict[str, Any] = {"id": "x", "execute": double, **options}
    with pytest.raises(DefinitionError, match=message):
        create_step(**given)


def test_a_clone_changes_only_what_a_step_has() -> None:
    """An unknown keyword is an error, not an attribute."""
    with pytest.raises(DefinitionError, match=r"clone_step cannot change name\. It takes execute"):
        clone_step(step(double), id="y", name=3)


def test_delays_grow_up_to_a_limit() -> None:
    """The delay is multiplied after each failure, up to max_delay; jitter comes on top."""
    retry = Retry(attempts=9, delay=1, backoff=3, max_delay=10, jitter=0.5)
    assert [retry.delay_after(attempt, lambda: 0.0) for attempt in (1, 2, 3, 4, 9999)] == [1, 3, 9, 10, 10]
    assert retry.delay_after(1, lambda: 1.0) == 1.5


def test_a_retry_covers_the_named_exceptions() -> None:
    """Other exceptions, and what is no Exception, are not tried again."""
    retry = Retry(on=(OSError, KeyError))
    assert [retry.covers(error) for error in (FileNotFoundError(), KeyError(), ValueError())] == [True, True, False]
    assert not Retry().covers(KeyboardInterrupt())


@pytest.mark.parametrize(
    "given",
    [
        {"attempts": 0},
        {"attempts": 1.5},
        {"delay": -1},
        {"max_delay": float("inf")},
        {"jitter": float("nan")},
        {"backoff": 0.5},
        {"on": ValueError},
        {"on": (BaseException,)},
    ],
)
def test_a_retry_out_of_range_is_refused(given: dict[str, Any]) -> None:
    """The message names the number and what is expected."""
    (name,) = given
    with pytest.raises(DefinitionError, match=rf"Retry\({name}=.*[Ee]xpected"):
        Retry(**given)


async def test_a_lambda_may_fix_a_value_by_a_default() -> None:
    """As lambdas in a loop have to; it is given no data, and each has the value of its own turn."""
    steps = [create_step(id=f"give-{number}", execute=lambda number=number: number) for number in (1, 2)]
    flow = begin().parallel(steps).commit()
    assert (await run_to_end(flow, 9)).result == {"give-1": 1, "give-2": 2}
