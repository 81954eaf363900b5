"""Two playgrounds on one database."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.command.running import Running, playground
from tests.faults.tally import DONE

pytestmark = pytest.mark.faults

RUNS = 20
FLOWS = """
import asyncio
from pathlib import Path
from engine import Context, create_workflow, step

@step
async def note(data: int, ctx: Context) -> int:
    with Path(LOG).open("a") as log:
        log.write(f"{ctx.run_id} {ctx.iteration}\\n")
    await asyncio.sleep(0.01)
    return data + 1

counting = create_workflow(id="counting", input_schema=int, output_schema=int).dowhile(note, lambda n: n < 5).commit()
"""


async def succeeded(running: Running, run_id: str) -> None:
    """Wait until a page of one playground shows that a run has succeeded."""
    await running.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="success"' in text)


async def test_two_playgrounds_share_the_work(tmp_path: Path) -> None:
    """Each run is executed once, whichever worker takes it; both show all of them; the end of one harms nothing."""
    log = tmp_path / "log"
    (tmp_path / "flows.py").write_text(f"LOG = {str(log)!r}\n{FLOWS}")
    arguments = ("flows.py", "--db", str(tmp_path / "shared.sqlite3"))
    run_ids = []
    async with playground(tmp_path, *arguments) as first:
        async with playground(tmp_path, *arguments) as second:
            await second.until("/doctor/", lambda _, text: text.count("</svg>ready</span>") == 2)
            for number in range(RUNS):
                _, text = (first, second)[number % 2].post("/api/workflows/counting/start", {"inputData": 0})
                run_ids.append(json.loads(text)["runId"])
            for run_id in run_ids:
                await succeeded(first, run_id)
                await succeeded(second, run_id)
        _, text = first.post("/api/workflows/counting/start", {"inputData": 0})
        await succeeded(first, json.loads(text)["runId"])
    found = Counter(log.read_text().split("\n"))
    assert all(found[f"{run_id} {iteration}"] == 1 for run_id in run_ids for iteration in range(1, 6))
    DONE["races"] += RUNS
