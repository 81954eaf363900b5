"""Whatever is given as the step that a request is about: it is found, or refused with what was found and expected."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine import Context, Run, create_workflow, step
from engine.errors import RequestError, StepNotRun, UnknownStep

WRONG: list[Any] = [
    *(
        {"b": 1},
        {},
        {"ask"},
        5,
        1.5,
        True,
        b"ask",
        object(),
        object,
        len,
        [1.5],
        [None],
        [True],
        [["ask"]],
        ("ask", {}),
    ),
    *([], (), "", "[", "no step", "ask[", ["gone"], (1,), print, iter(["ask"])),
]

METHODS: dict[str, Callable[[Run[Any, Any], Any], Awaitable[Any]]] = {
    "resume": lambda run, wrong: run.resume(wrong, 1),
    "resume_stream": lambda run, wrong: anext(run.resume_stream(wrong, 1)),
    "fork": lambda run, wrong: run.fork(wrong),
    "time_travel": lambda run, wrong: run.time_travel(wrong),
}


@step
def ask(n: int, ctx: Context) -> Any:
    """Ask."""
    return ctx.suspend()


async def asking() -> Run[Any, Any]:
    """Return a run that is suspended."""
    run = await create_workflow(id="w", input_schema=int, output_schema=None).then(ask).commit().create_run()
    await run.start(1)
    return run


@pytest.mark.parametrize("method", METHODS)
async def test_any_value_as_a_step_is_refused_as_a_request(method: str) -> None:
    """No bare TypeError or AttributeError leaves what asks something of a step."""
    run = await asking()
    for wrong in WRONG:
        with pytest.raises((RequestError, StepNotRun)):
            await METHODS[method](run, wrong)
    assert (await run.state()).status == "suspended"


async def test_an_answer_in_the_place_of_the_step_is_told_where_it_goes() -> None:
    """The first argument is the step; the answer has a name."""
    with pytest.raises(UnknownStep, match=r"the step is given as \{'b': 1\}\. Expected the step.*resume_data="):
        await (await asking()).resume({"b": 1})  # type: ignore[arg-type]
