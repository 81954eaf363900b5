"""`send-event`: what a run waits for is typed as the command says it."""

import shlex
from pathlib import Path

import pytest

from engine import create_workflow
from tests.command.commands import command
from tests.command.test_run import printed, shell
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.conftest import working
from tests.parity.ways import Commands, Told

__all__ = ["stage"]

PAID = create_workflow(id="paid", input_schema=int, output_schema=int).wait_for_event("paid", int, id="payment")

CASES = {
    "no such event": (("gone",), 2),
    "does not fit": (("paid", "--data", '"x"'), 2),
    "no such step": (("paid", "--data", "5", "--step", "other"), 5),
    "no path": (("paid", "--data", "5", "--step", "["), 2),
    "no JSON": (("paid", "--data", "{"), 2),
    "fits": (("paid", "--data", "5"), 0),
    "to the step": (("paid", "--data", "5", "--step", "payment"), 0),
}
"""What is typed behind the run, and the exit code."""


async def typed(*words: str) -> Told:
    """Type the command."""
    return await Commands().type("send_event", *words)


@pytest.mark.parametrize("case", CASES)
async def test_an_event_is_taken_or_refused(stage: Stage, case: str) -> None:
    """What fits brings the run to its end; what does not changes nothing and says why."""
    words, code = CASES[case]
    async with working(stage, PAID.commit()):
        assert (await Commands().start("paid", 1, run_id="r1")).code == 3
        told = await typed("r1", *words)
        assert (told.code, bool(told.words)) == (code, code != 0), told
        assert (await stage.store.summary("r1")).status == ("success" if code == 0 else "waiting")


async def test_an_event_for_a_run_that_has_ended_comes_too_late(stage: Stage) -> None:
    """It ends the command with 5."""
    async with working(stage, PAID.commit()):
        await Commands().start("paid", 1, run_id="r1")
        assert (await typed("r1", "paid", "--data", "5")).code == 0
        assert (await typed("r1", "paid", "--data", "5")).code == 5


async def test_the_command_that_is_printed_brings_the_run_on(stage: Stage) -> None:
    """A run that ends waiting for an event names the command that sends it, with an example of what it carries."""
    async with working(stage, PAID.commit()):
        said = (await Commands().start("paid", 1, run_id="r1")).words
        words = shlex.split(printed(said, "Send it: "))
        at = words.index("send-event")
        assert words[at:] == ["send-event", "r1", "paid", "--step", "payment", "--data", words[-1]]
        assert (await typed(*words[at + 1 :])).code == 0


@pytest.mark.slow
async def test_an_event_is_sent_without_a_playground(tmp_path: Path) -> None:
    """The printed command, pasted into a shell, has a worker of its own go on with the run."""
    (tmp_path / "flows.py").write_text(
        "from engine import create_workflow\n"
        "paid = create_workflow(id='paid', input_schema=int, output_schema=int).wait_for_event('paid', int).commit()\n"
    )
    said = await command(tmp_path, "run", "paid", "flows.py", "--input", "1")
    assert said.code == 3
    done = await shell(tmp_path, printed(said.err, "Send it: "))
    assert (done.code, done.json["status"]) == (0, "success"), done
