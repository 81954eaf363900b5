"""`run` and `resume`: results, messages and exit codes, with a playground and without."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.command.commands import FLOWS, Said, command, end, start
from tests.command.running import playground
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

LAMP = '{"article": "lamp"}'


def printed(text: str, before: str) -> str:
    """Return the command that was printed behind some words."""
    return next(line.partition(before)[2] for line in text.splitlines() if line.startswith(before))


async def shell(folder: Path, typed: str) -> Said:
    """Paste a command into a shell."""
    return await command(folder, "-ec", typed, program=("bash",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with workflows."""
    (tmp_path / "flows.py").write_text(FLOWS)
    return tmp_path


async def test_a_run_without_a_playground(folder: Path) -> None:
    """The command runs the code itself, writes the result as JSON and what happens to stderr, and leaves no worker."""
    said = await command(folder, "run", "direct", "--input", LAMP, "flows.py", "--watch")
    assert (said.code, said.json["status"], said.json["result"]) == (0, "success", "bought lamp")
    assert "buy | buying it" in said.err
    again = await command(folder, "run", "direct", "--input", "-", "--text", given=LAMP)
    assert (again.code, again.out.splitlines()[-1]) == (0, '"bought lamp"')
    assert len((await command(folder, "runs")).json["runs"]) == 2


async def test_a_question_is_answered_from_the_terminal(folder: Path) -> None:
    """A run that asks ends the command with 3 and the command to answer with, which brings the run to its end."""
    said = await command(folder, "run", "shopping", "flows.py", "--input", LAMP, "--run-id", "r1")
    assert (said.code, said.json["status"]) == (3, "suspended")
    assert "Buy lamp?" in said.err
    typed = printed(said.err, "Answer it: ")
    assert typed.endswith("resume r1 --step ask --data '{\"approved\": true}' flows.py")
    refused = await command(folder, "resume", "r1", "--data", '{"approved": 5}')
    assert (refused.code, refused.out) == (2, "")
    assert "approved: Input should be a valid boolean" in refused.err
    said = await shell(folder, typed)
    assert (said.code, said.json["result"]) == (0, "bought lamp")
    late = await command(folder, "resume", "r1", "--data", '{"approved": true}')
    assert late.code == 5


async def test_a_failed_run_shows_the_users_line(folder: Path) -> None:
    """A failed run ends the command with 1, and the text names the line of the user's code."""
    await command(folder, "run", "shopping", "flows.py", "--input", LAMP, "--run-id", "r1")
    said = await command(folder, "resume", "r1", "--data", '{"approved": false}', "--text")
    assert said.code == 1
    assert "RuntimeError: nobody wants it\n" in said.out
    assert f"{folder / 'flows.py'}:22 in ask\n    raise RuntimeError" in said.out


async def test_what_is_wrong_makes_no_run(folder: Path) -> None:
    """Input that is no JSON, that a validator refuses, and an unknown workflow end with 2 and say what is wrong."""
    bad = await command(folder, "run", "direct", "flows.py", "--input", "{article: lamp}")
    assert (bad.code, "--input is not JSON: Line 1" in bad.err) == (2, True)
    bad = await command(folder, "run", "direct", "flows.py", "--input", '{"article": "unicorn"}')
    assert (bad.code, "article: There are none" in bad.err) == (2, True)
    bad = await command(folder, "run", "--input", LAMP)
    assert (bad.code, bad.err.endswith("required: WORKFLOW\n")) == (2, True)
    bad = await command(folder, "run", "nowhere", "flows.py", "--input", LAMP)
    assert (bad.code, "There are: shopping, direct" in bad.err) == (2, True)
    (folder / "broken.py").write_text("import no_such_module\n")
    bad = await command(folder, "run", "other", "broken.py")
    assert (bad.code, "broken.py:1\n    import no_such_module" in bad.err) == (2, True)
    assert (await command(folder, "runs")).json["runs"] == []


async def test_the_workers_of_a_playground_take_the_run(folder: Path) -> None:
    """With a playground on the same database the command starts no worker; what the code refuses makes no run."""
    (folder / "in.json").write_text(LAMP)
    async with playground(folder, "flows.py") as running:
        said = await command(folder, "run", "direct", "--input", "@in.json")
        assert (said.code, said.json["result"]) == (0, "bought lamp")
        assert said.err == ""
        assert f'data-run-id="{said.json["runId"]}"' in running.get(f"/runs/{said.json['runId']}/")[1]
        late = await command(folder, "run", "direct", "--input", '{"article": "unicorn"}')
        assert (late.code, late.out, late.err.count("There are none")) == (2, "", 1)
        assert len((await command(folder, "runs")).json["runs"]) == 1
        asks = json.loads(running.post("/api/workflows/shopping/start-async", {"inputData": {"article": "hat"}})[1])
        canceled = await command(folder, "cancel", asks["runId"])
        assert (canceled.code, canceled.json["status"]) == (0, "canceled")


SLOW = """
import asyncio
from engine import create_workflow, step

@step
async def wait(data: str) -> str:
    await asyncio.sleep(60)
    return data

slow = create_workflow(id="slow", input_schema=str, output_schema=str).then(wait).commit()
"""


async def interrupted(folder: Path, run_id: str, number: signal.Signals) -> Said:
    """Run the slow workflow until its step has begun, and end the command by a signal."""
    process = await start(folder, "run", "slow", "slow.py", "--input", '"x"', "--run-id", run_id, "--watch")
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while b"> wait" not in await process.stderr.readline():
            assert process.returncode is None
    process.send_signal(number)
    return await end(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupted_command_says_what_becomes_of_the_run(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C ends the command's own worker, gives the run back and names the commands to see and cancel it."""
    (tmp_path / "slow.py").write_text(SLOW)
    said = await interrupted(tmp_path, "r1", number)
    assert said.code == 128 + number
    assert "Run r1 stops here" in said.err
    assert "show r1" in said.err
    assert "Traceback" not in said.err
    assert (await shell(tmp_path, printed(said.err, "See it: "))).json["status"] == "running"
    assert (await shell(tmp_path, printed(said.err, "Cancel it: "))).code == 0
    assert (await command(tmp_path, "show", "r1", "--watch")).code == 4


async def test_time_can_be_limited(tmp_path: Path) -> None:
    """After --timeout the command ends with 6, be it that the run takes long or that the module never imports."""
    (tmp_path / "slow.py").write_text(SLOW)
    said = await command(tmp_path, "run", "slow", "slow.py", "--input", '"x"', "--timeout", "3", "--run-id", "r1")
    # Within that time the run is there, save on a machine that needs all of it to import the module.
    is_there = (await command(tmp_path, "show", "r1")).code == 0
    what = "run r1 did not end" if is_there else "nobody could take a run of slow"
    assert (said.code, f"{what} within 3 s" in said.err, said.out) == (6, True, "")
    (tmp_path / "hangs.py").write_text("while True:\n    pass\n")
    said = await command(tmp_path, "run", "other", "hangs.py", "--timeout", "1")
    assert (said.code, "nobody could take a run of other within 1 s" in said.err) == (6, True)


async def test_a_worker_takes_only_the_commands_run(folder: Path) -> None:
    """Runs of others that wait in the queue are left for a playground; a worker that dies is named and replaced."""
    (folder / "dies.py").write_text(
        "import os\nfrom engine import create_workflow, step\n@step\ndef die(data: str) -> str:\n    os._exit(3)\n"
        'deadly = create_workflow(id="deadly", input_schema=str, output_schema=str).then(die).commit()\n'
    )
    (folder / "slow.py").write_text(SLOW)
    await interrupted(folder, "waits", signal.SIGTERM)
    before = await command(folder, "show", "waits")
    said = await command(folder, "run", "deadly", "slow.py", "dies.py", "--input", '"x"')
    assert (said.code, said.json["errorDetail"]["type"]) == (1, "WorkerLost")
    assert "The worker ended: exit code 3." in said.err
    assert (await command(folder, "show", "waits")).json == before.json


WAITS = """
import asyncio
from pathlib import Path
from engine import create_workflow, step

@step
async def wait(data: str) -> str:
    while not Path("go").exists():
        await asyncio.sleep(0.05)
    return data

waits = create_workflow(id="waits", input_schema=str, output_schema=str).then(wait).commit()
"""


async def test_the_command_goes_on_when_the_playground_ends(tmp_path: Path) -> None:
    """A run whose playground was stopped is taken over by the command that waits for it."""
    (tmp_path / "flows.py").write_text(WAITS)
    async with playground(tmp_path, "flows.py"):
        process = await start(tmp_path, "run", "waits", "--input", '"x"', "--watch")
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            assert b"> wait" in await process.stderr.readline()
    (tmp_path / "go").touch()
    said = await end(process)
    assert (said.code, said.json["result"]) == (0, "x")
    assert "this command runs flows.py itself" in said.err


HOOKED = """
import asyncio
from pathlib import Path
from engine import create_workflow

async def tell(result) -> None:
    await asyncio.sleep(3)
    Path("told").write_text(result.status)

hooked = create_workflow(id="hooked", input_schema=str, output_schema=str, on_finish=tell).map(lambda x: x).commit()
"""


async def test_hooks_are_waited_for(tmp_path: Path) -> None:
    """The command's own worker ends when the hooks that follow the run's end are done."""
    (tmp_path / "flows.py").write_text(HOOKED)
    said = await command(tmp_path, "run", "hooked", "flows.py", "--input", '"x"')
    assert (said.code, (tmp_path / "told").read_text()) == (0, "success")
