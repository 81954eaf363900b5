"""Public calls at run time: whatever is wrong with their arguments is told with what was found, expected, and to do."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import engine.testing
from engine import Context, Engine, Event, MemoryStore, Run, RunResult, StepyardError, Workflow, create_workflow, step
from engine.errors import InvalidCall
from engine.testing import Collector, FakeClock, FaultPoint, run_scheduled, run_to_end, until
from tests.engine.test_definition_law import WRONG
from tests.patience import PATIENCE

START = datetime(2030, 1, 1, tzinfo=UTC)


@step
def ask(n: Any, ctx: Context) -> Any:
    """Ask, and have the context at hand for as long as the test needs it."""
    return ctx.suspend()


def asking() -> Workflow[Any, Any]:
    """Return a workflow that asks."""
    return create_workflow(id="w", input_schema=None, output_schema=None).then(ask).commit()


async def asked() -> Run[Any, Any]:
    """Return a run that is suspended."""
    run = await Engine([asking()]).workflow("w").create_run()
    await run.start(1)
    return run


async def new() -> Run[Any, Any]:
    """Return a run that is to be started."""
    return await Engine([asking()]).workflow("w").create_run()


async def registered() -> Engine:
    """Return a registry."""
    return Engine([asking()])


async def in_step(use: Callable[[Context], Any]) -> RunResult:
    """Use the context inside of a step; what comes of it is the step's error."""

    @step
    def using(data: Any, ctx: Context) -> Any:
        use(ctx)

    return await run_to_end(create_workflow(id="w", input_schema=None, output_schema=None).then(using).commit())


async def alone() -> None:
    """Return what functions that belong to nothing are called of."""


Right = dict[str, Any]
GIVEN: Right = {"input_data": 1, "initial_state": {}, "request_context": {}, "breakpoints": None, "rehearsal": None}

RUN: dict[str, tuple[Callable[[], Any], Right]] = {
    "start": (new, GIVEN),
    "start_async": (new, GIVEN),
    "stream": (new, GIVEN),
    "resume": (asked, {"step": "ask", "resume_data": 1, "label": None, "index": None}),
    "resume_stream": (asked, {"step": "ask", "resume_data": 1, "label": None, "index": None}),
    "proceed": (asked, {"step": True, "breakpoints": None, "input_data": 1}),
    "watch": (asked, {"callback": print, "after": 0}),
    "observe": (asked, {"after": 0}),
    "send_event": (asked, {"name": "paid", "payload": 1}),
    "tag": (asked, {"name": "x", "remove": []}),
    "cancel": (asked, {}),
    "restart": (asked, {}),
    "fork": (asked, {"step": "ask", "input_data": 1}),
    "time_travel": (asked, {"step": "ask", "input_data": 1}),
    "state": (asked, {}),
}
REGISTRY: dict[str, tuple[Callable[[], Any], Right]] = {
    "workflow": (registered, {"id_or_name": "w"}),
    "run": (registered, {"run_id": "x"}),
    "runs": (registered, {"workflow": None, "status": None, "limit": 1, "after": None}),
    "run_schedules": (registered, {"since": START, "until": START}),
    "close": (registered, {}),
}


async def committed() -> Workflow[Any, Any]:
    """Return a workflow."""
    return asking()


WORKFLOW: dict[str, tuple[Callable[[], Any], Right]] = {
    "create_run": (committed, {"run_id": None, "resource_id": None}),
    "to_mermaid": (committed, {}),
}
TESTING: dict[str, tuple[Callable[..., Any], Right]] = {
    "FakeClock": (FakeClock, {"start": START, "auto": True}),
    "FaultPoint": (FaultPoint, {"store": MemoryStore(), "at": 1, "durable": True}),
    "advance": (FakeClock().advance, {"by": 1}),
    "of": (Collector().of, {"type": "step-started"}),
    "until": (until, {"run": None, "type": "step-suspended"}),
    "run_to_end": (
        run_to_end,
        {"workflow": asking(), "input_data": 1, "answers": {}, "initial_state": {}, "request_context": {}}
        | {"max_resumes": 1},
    ),
    "run_scheduled": (run_scheduled, {"workflow": asking(), "start": START, "until": START}),
}
CONTEXT: dict[str, Right] = {
    "check_cancelled": {},
    "result": {"step": "using", "default": 1},
    "suspend": {"payload": 1, "label": None, "answer": None, "timeout": None, "default": 1},
    "bail": {"value": 1},
    "write": {"chunk": 1},
    "label": {"text": "file 3"},
    "progress": {"fraction": 0.5, "message": ""},
}


async def done(called: Any) -> None:
    """Await what a call has given, or take the first of what it gives."""
    async with asyncio.timeout(PATIENCE):
        if isinstance(called, AsyncIterator):
            async for _ in called:
                return
        elif inspect.isawaitable(called):
            await called


async def taken_or_refused(call: Callable[[], Any]) -> None:
    """Call something; any other error than the ones that are promised passes."""
    try:
        await done(call())
    except StepyardError:
        pass
    except ValueError as error:
        assert "is no type of event" in str(error)  # noqa: PT017


METHODS = [
    *((Run, name, *row) for name, row in RUN.items()),
    *((Engine, name, *row) for name, row in REGISTRY.items()),
    *((Workflow, name, *row) for name, row in WORKFLOW.items()),
]


def miscalled(right: Right) -> list[tuple[tuple[Any, ...], Right, str]]:
    """Return wrong ways to call what has these arguments, each with what is said."""
    last = list(right)[-1] if right else ""
    ways: list[tuple[tuple[Any, ...], Right, str]] = [
        ((), {**right, "unknown": 1}, "unexpected keyword argument 'unknown'"),
        ((*right.values(), *[1] * 9), {}, "too many positional arguments"),
    ]
    if last:
        misspelt = {name if name != last else f"{last}x": value for name, value in right.items()}
        ways.append(((), misspelt, rf"There is no {last}x\. Did you mean {last}|missing a required argument: '{last}'"))
    return ways


@pytest.mark.parametrize(("owner", "name", "make", "right"), METHODS)
async def test_a_method_that_is_called_wrongly_says_how_it_is_called(
    owner: type, name: str, make: Callable[[], Any], right: Right
) -> None:
    """Misspelt, unknown and surplus arguments are named, before anything is done, with a right call."""
    takes_many = any(
        one.kind is one.VAR_POSITIONAL for one in inspect.signature(getattr(owner, name)).parameters.values()
    )
    for args, kwargs, message in miscalled(right):
        if takes_many and args:
            continue
        with pytest.raises(InvalidCall, match=rf"{owner.__name__}\.{name}: .*({message}).* Write it like this: \S"):
            getattr(await make(), name)(*args, **kwargs)


@pytest.mark.parametrize(("owner", "name", "make", "right"), METHODS)
async def test_any_value_of_any_argument_is_taken_or_refused(
    owner: type, name: str, make: Callable[[], Any], right: Right
) -> None:
    """No bare TypeError or AttributeError leaves what runs workflows."""
    for keyword in right:
        for wrong in WRONG:
            held = await make()
            await taken_or_refused(lambda: getattr(held, name)(**{**right, keyword: wrong}))  # noqa: B023


@pytest.mark.parametrize("name", TESTING)
async def test_the_aids_of_tests_say_how_they_are_called(name: str) -> None:
    """The same for what is imported from `engine.testing`."""
    call, right = TESTING[name]
    for args, kwargs, message in miscalled(right):
        with pytest.raises(InvalidCall, match=rf"{name}.*: .*({message}|is None, expected)"):
            call(*args, **kwargs)
    for keyword in right:
        for wrong in WRONG:
            if not (name == "run_to_end" and keyword == "answers"):
                await taken_or_refused(lambda: call(**{**right, keyword: wrong}))  # noqa: B023


@pytest.mark.parametrize("name", CONTEXT)
async def test_a_context_says_how_it_is_called(name: str) -> None:
    """In a step, where it becomes the step's error."""
    right = CONTEXT[name]
    for args, kwargs, message in miscalled(right):
        failed = await in_step(lambda ctx: getattr(ctx, name)(*args, **kwargs))  # noqa: B023
        assert failed.error_detail is not None
        assert failed.error_detail["type"] == "InvalidCall"
        assert "Write it like this: ctx." in failed.error_detail["message"]
        assert message.partition("|")[0].replace("\\", "") in failed.error_detail["message"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.resume("ask", data=1), r"There is no data\. Did you mean resume_data\?"),
        (lambda run: run.resume("ask", 1, label=5), r"Run\.resume: label is 5, expected text or None\."),
        (lambda run: run.resume("ask", 1, index="0"), r"index is '0', expected a whole number, 0 or more or None"),
        (lambda run: run.send_event({"amount": 1}), r"name is \{'amount': 1\}, expected text"),
        (lambda run: run.send_event("paid", 1, 2), r"too many positional arguments.*run\.send_event\('paid'"),
        (lambda run: run.watch("print"), r"callback is 'print', expected a function"),
        (lambda run: run.watch(), r"missing a required argument: 'callback'"),
        (lambda run: run.observe(after=-1), r"after is -1, expected a whole number, 0 or more"),
        (lambda run: run.cancel("too late"), r"Run\.cancel: too many positional arguments.*await run\.cancel\(\)"),
        (lambda run: run.start(1, state={}), r"There is no state\. Did you mean initial_state\?"),
        (lambda run: run.start(1, {}), r"too many positional arguments"),
    ],
)
async def test_what_people_type_is_told(call: Callable[[Any], Any], message: str) -> None:
    """The commonest slips, with what is said of them."""
    with pytest.raises(InvalidCall, match=message):
        call(await asked())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda registry: registry.run(5), r"Engine\.run: run_id is 5, expected text"),
        (lambda registry: registry.workflow(asking()), r"id_or_name is Workflow\('w'.*expected text"),
        (lambda registry: registry.runs(limit=0), r"limit is 0, expected a whole number, 1 or more"),
        (lambda registry: registry.runs(status="done"), r"status is 'done', expected 'pending' or 'running'"),
        (lambda registry: registry.runs(workflow=5), r"workflow is 5, expected a workflow, its id or its name or None"),
        (
            lambda registry: registry.run_schedules(until=datetime(2030, 1, 1)),
            r"until is datetime.*expected a datetime with a time zone or None",
        ),
    ],
)
async def test_what_people_type_of_a_registry_is_told(call: Callable[[Any], Any], message: str) -> None:
    """The same of an `Engine`."""
    with pytest.raises(InvalidCall, match=message):
        call(await registered())


def test_the_tables_know_every_public_method() -> None:
    """What is added is added to the law."""

    def methods(owner: Any) -> set[str]:
        return {name for name, one in vars(owner).items() if not name.startswith("_") and inspect.isfunction(one)}

    assert methods(Run) == {*RUN}
    assert methods(Engine) == {*REGISTRY}
    assert methods(Workflow) - {"bound"} == {*WORKFLOW}
    assert methods(Context) - {"at_close", "close", "record_log", "set_state"} == {*CONTEXT}
    named = {name for name, one in vars(engine.testing).items() if getattr(one, "__module__", "") == "engine.testing"}
    public = {name for name in named if not name.startswith("_")}
    values = {"Collector", "SimulatedCrash"}
    assert public - values <= {*TESTING}
    assert isinstance(Event, type)
