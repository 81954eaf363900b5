"""`schedules`, `arm`, `disarm` and `trigger`; and a playground that starts what is due."""

from pathlib import Path

import pytest

from tests.command.commands import command

pytestmark = pytest.mark.slow

FLOWS = """
from engine import Every, Schedule, create_workflow, step

@step
def note(data: int) -> int:
    return data

nightly = create_workflow(
    id="nightly", input_schema=int, output_schema=int,
    schedules=[Schedule("0 9 * * *", input_data=1, id="nine"), Every(minutes=5, input_data=2, id="often")],
).then(note).commit()
"""


async def test_schedules_are_listed_armed_and_disarmed(tmp_path: Path) -> None:
    """One by its id, or all of a workflow; what is unknown ends with code 2."""
    (tmp_path / "flows.py").write_text(FLOWS)
    await command(tmp_path, "run", "nightly", "flows.py", "--input", "0")
    assert (await command(tmp_path, "arm", "nightly", "often")).json == {"workflowId": "nightly", "armed": ["often"]}
    listed = (await command(tmp_path, "schedules")).json["schedules"]
    assert [(one["scheduleId"], one["armed"]) for one in listed] == [("nine", False), ("often", True)]
    text = (await command(tmp_path, "schedules", "nightly", "--text")).out
    assert "every 5 min" in text
    assert "0 9 * * *, UTC" in text
    said = await command(tmp_path, "disarm", "nightly", "--text")
    assert said.out == "Disarmed of workflow nightly: nine, often.\n"
    unknown = await command(tmp_path, "arm", "nightly", "noon")
    assert (unknown.code, "There are: nine, often" in unknown.err) == (2, True)
    assert (await command(tmp_path, "schedules", "nothing")).code == 2


async def test_a_schedule_is_triggered_by_hand(tmp_path: Path) -> None:
    """A run is made with the schedule's input, armed or not, and says what it was started for."""
    (tmp_path / "flows.py").write_text(FLOWS)
    await command(tmp_path, "run", "nightly", "flows.py", "--input", "0")
    started = (await command(tmp_path, "trigger", "nightly", "often")).json
    run = (await command(tmp_path, "show", started["runId"])).json
    assert (run["input"], run["schedule"], started["scheduleId"]) == (2, "often", "often")
    said = await command(tmp_path, "trigger", "nightly", "nine", "--text")
    assert "--watch" in said.out
    unknown = await command(tmp_path, "trigger", "nightly", "noon")
    assert (unknown.code, "There are: nine, often" in unknown.err) == (2, True)
