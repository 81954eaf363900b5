"""Whatever a step raises fails the step and the run, and nothing else."""

import asyncio
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine import Engine, create_step
from engine.failure import describe
from engine.testing import run_to_end
from tests.engine.contract.tiny import begin, double
from tests.patience import PATIENCE


class Unreadable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no message either")


def raising(error: BaseException, *, sync: bool = False) -> Any:
    """Return a step that raises."""

    async def execute(data: Any) -> Any:
        raise error

    def execute_in_thread(data: Any) -> Any:
        raise error

    return create_step(id="bad", execute=execute_in_thread if sync else execute)


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("plain"),
        SystemExit(3),
        asyncio.CancelledError("mine"),
        BaseException("bare"),
        MemoryError("too much"),
        AssertionError(),
        TimeoutError(),
        ExceptionGroup("several", [ValueError("a"), KeyError("b")]),
        BaseExceptionGroup("several", [SystemExit(1)]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_any_exception_fails_the_step(error: BaseException, sync: bool) -> None:
    """Of whatever class it is, from a coroutine or a thread: the result says failed, and start() does not raise."""
    result = await run_to_end(begin().then(raising(error, sync=sync)).then(double).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", type(error).__name__)
    assert (result.steps["bad"].status, list(result.steps)) == ("failed", ["bad"])


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize("error", [StopIteration(5), StopAsyncIteration(5), GeneratorExit()])
async def test_stop_iteration_fails_the_step(error: BaseException, sync: bool) -> None:
    """What ends generators does not end the engine's coroutines, and is never taken for a result."""
    result = await run_to_end(begin().then(raising(error, sync=sync)).commit(), 1)
    assert result.status == "failed"


INTERRUPTED = """
import asyncio, signal
from engine import create_step, create_workflow

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests were started with it ignored

async def work(data):
    raise KeyboardInterrupt

step = create_step(id="work", execute=work)
workflow = create_workflow(id="w", input_schema=None, output_schema=None).then(step).commit()

async def main():
    await (await workflow.create_run()).start(1)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_ends_the_program() -> None:
    """A KeyboardInterrupt in the program's own thread is no failure of a step: the program ends by it, and at once."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert done.stdout == "interrupted\n"


def test_where_ctrl_c_is_handled_an_interrupt_is_the_steps_own() -> None:
    """A server that ends in an orderly way on SIGINT is not ended by a step that raises what Ctrl-C would."""
    handled = "    asyncio.get_running_loop().add_signal_handler(2, print)\n"
    code = INTERRUPTED.replace("async def main():\n", f"async def main():\n{handled}").replace(
        "    await (", "    print(await ("
    )
    code = code.replace("start(1)\n", "start(1))\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert "status='failed'" in done.stdout
    assert "KeyboardInterrupt" in done.stdout


async def test_a_keyboard_interrupt_in_a_thread_fails_the_step() -> None:
    """Ctrl-C never comes to a thread, so one that is raised there is the step's own."""
    result = await run_to_end(begin().then(raising(KeyboardInterrupt(), sync=True)).commit(), 1)
    assert (result.status, result.error) == ("failed", "the step raised KeyboardInterrupt")


async def test_sys_exit_does_not_end_the_program() -> None:
    """A step that calls sys.exit() fails, with the code in its message."""
    result = await run_to_end(begin().then(create_step(id="quit", execute=lambda data: sys.exit(3))).commit(), 1)
    assert (result.status, result.error, result.error_detail["type"]) == ("failed", "3", "SystemExit")


async def test_an_exception_whose_str_raises() -> None:
    """Its message says so, and the run fails like any other."""
    result = await run_to_end(begin().then(raising(Unreadable())).commit(), 1)
    assert result.error == "Unreadable (its message cannot be read: str() raised RuntimeError)"


async def test_an_exception_without_message_is_named_by_its_type() -> None:
    """An empty message would tell nothing."""
    assert (await run_to_end(begin().then(raising(KeyError())).commit(), 1)).error == "KeyError"


async def test_endless_recursion_fails_the_step() -> None:
    """A RecursionError is recorded with a traceback that is cut."""

    def deeper(data: Any) -> Any:
        return deeper(data)

    result = await run_to_end(begin().then(create_step(id="deep", execute=deeper)).commit(), 1)
    assert result.error_detail["type"] == "RecursionError"
    assert len(result.error_detail["traceback"]) <= 50


async def test_what_no_database_takes_is_recorded_readably() -> None:
    """Lone surrogates in a message are escaped, and a message without end is cut."""
    result = await run_to_end(begin().then(raising(ValueError("bad \ud800 text"))).commit(), 1)
    assert result.error == "bad \\ud800 text"
    result = await run_to_end(begin().then(raising(ValueError("x" * 10**6))).commit(), 1)
    assert len(result.error) < 70_000
    assert "characters more were cut" in result.error


async def test_odd_notes_and_attributes_do_not_break_the_record() -> None:
    """Notes that are no list of text, and an attribute that looks like the engine's, are taken as they are."""
    odd = ValueError("odd")
    odd.__notes__ = 5  # type: ignore[assignment]
    odd.issues = ("not", "ours")  # type: ignore[attr-defined]
    assert (await run_to_end(begin().then(raising(odd)).commit(), 1)).error == "odd"


@pytest.mark.parametrize(
    "make",
    [lambda: (n for n in [1]), lambda: itertools.count(), lambda: asyncio.Event(), lambda: threading.Lock(), object],
)
async def test_what_cannot_become_json_fails_the_step(make: Callable[[], Any]) -> None:
    """A generator, a lock or a bare object that is returned is an error that names step and type."""

    async def give(data: Any) -> Any:
        return make()

    result = await run_to_end(begin().then(create_step(id="give", execute=give)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotSerializable")
    assert type(make()).__name__ in result.error
    assert "returned by step 'give'" in result.error


async def test_a_sync_function_that_gives_a_coroutine_is_awaited() -> None:
    """A lambda around an async function is as good as the function."""

    async def inner(data: int) -> int:
        return data + 1

    assert (
        await run_to_end(begin().then(create_step(id="outer", execute=lambda data: inner(data))).commit(), 1)
    ).result == 2


async def test_a_failing_step_does_not_touch_other_runs() -> None:
    """Runs of one engine fail and succeed beside each other."""

    async def picky(data: int) -> int:
        await asyncio.sleep(0)
        if data % 2:
            raise SystemExit(data)
        return data

    engine = Engine([begin().then(create_step(id="picky", execute=picky)).commit()])
    runs = [await engine.workflow("tiny").create_run() for _ in range(6)]
    results = await asyncio.gather(*(run.start(n) for n, run in enumerate(runs)))
    assert [result.status for result in results] == ["success", "failed"] * 3


async def test_a_step_that_fails_while_its_siblings_fail() -> None:
    """Errors of arms do not mix: each is recorded with its own."""
    arms = [create_step(id=f"arm{n}", execute=raising(ValueError(f"error {n}")).function) for n in range(3)]
    result = await run_to_end(begin().parallel(arms).commit(), 1)
    assert [step.error for step in result.steps.values()] == ["error 0", "error 1", "error 2"]


def _down(left: int, *, by: "tuple[Callable[..., None], ...]") -> None:
    """Call the functions in turn, and fail at the bottom."""
    if not left:
        raise RecursionError("the bottom")
    by[left % len(by)](left - 1, by=by)


def _also_down(left: int, *, by: "tuple[Callable[..., None], ...]") -> None:
    """Be the other one of a pair."""
    by[left % len(by)](left - 1, by=by)


@pytest.mark.parametrize(("by", "names"), [((_down,), ["_down"]), ((_down, _also_down), ["_also_down", "_down"])])
def test_frames_that_recur_stand_there_once(by: Any, names: list[str]) -> None:
    """A recursion is a few frames and a number, also one through several functions."""
    with pytest.raises(RecursionError) as caught:
        _down(300, by=by)
    frames = describe(caught.value)["traceback"]
    recurring = [frame for frame in frames if frame.get("times")]
    assert sorted({frame["function"] for frame in recurring}) == names
    assert all(frame["times"] > 100 for frame in recurring)
    assert len(frames) < 8
