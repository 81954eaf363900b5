"""A coding agent's whole session with a running playground, by the client of the protocol's own SDK."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.command.running import ROOT, Running, environment, playground
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

BROKEN = '''
import logging

from pydantic import BaseModel

from engine import Context, create_workflow, step


class Bill(BaseModel):
    total: int
    guests: list[str]


class Consent(BaseModel):
    agreed: bool


@step
def share(data: Bill) -> int:
    """Split the bill."""
    logging.getLogger("bill").warning("for %d guests", len(data.guests))
    return data.total // len(data.guests)


@step(resume_schema=Consent)
def ask(data: int, ctx: Context) -> str:
    """Ask the host."""
    return f"{data} each" if ctx.suspend({"question": f"{data} each?"}).agreed else "nothing"


bill = (
    create_workflow(id="bill", input_schema=Bill, output_schema=str, description="Splits a bill.")
    .then(share)
    .then(ask)
    .commit()
)
'''
MENDED = BROKEN.replace("// len(data.guests)", "// max(len(data.guests), 1)")


@asynccontextmanager
async def agent(running: Running, folder: Path, **env: str) -> AsyncIterator[Client]:
    """Give a client of the command, started as an agent starts it."""
    command = StdioServerParameters(
        command=sys.executable,
        args=[str(ROOT / "manage.py"), "mcp", "--url", f"http://localhost:{running.port}"],
        env=environment(**env),
        cwd=folder,
    )
    async with Client(command) as client:
        yield client


async def use(client: Client, tool: str, *, fails: bool = False, **arguments: Any) -> str:
    """Use a tool, and return what it tells."""
    result = await client.call_tool(tool, arguments)
    text = "\n".join(getattr(part, "text", "") for part in result.content)
    assert bool(result.is_error) == fails, text
    return text


def run_in(text: str) -> str:
    """Return the id of the run that a text tells of."""
    found = re.search(r"^bill  (\S+)  ", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


async def until(client: Client, words: str, tool: str, **arguments: Any) -> str:
    """Use a tool that reads until it tells some words: the file that was saved is imported again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if words in (text := await use(client, tool, **arguments)):
                return text
            await asyncio.sleep(0.05)


async def test_a_failed_run_becomes_a_scenario(tmp_path: Path) -> None:
    """Start, fail, read, mend, retry, answer, keep as a scenario, break it again; and what is broken is told."""
    flows = tmp_path / "bill.py"
    flows.write_text(BROKEN)
    async with playground(tmp_path, "bill.py") as running, agent(running, tmp_path) as client:
        names = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"start_run", "read_run", "what_is_broken", "search_docs"} <= set(names)
        assert all(tool.description for tool in names.values())
        assert "bill: Splits a bill." in await use(client, "list_workflows")
        described = await use(client, "describe_workflow", workflow="bill")
        assert "guests" in described
        assert "ask: Ask the host." in described

        refused = await use(client, "start_run", fails=True, workflow="bill", input_data={"total": "x"})
        assert "guests" in refused
        told = await use(client, "start_run", workflow="bill", input_data={"total": 90, "guests": []})
        failed = run_in(told)
        assert "ZeroDivisionError" in told
        assert "bill.py:22 in share" in told
        assert "for 0 guests" in told
        assert failed in await use(client, "what_is_broken")
        assert failed in await use(client, "list_runs", status="failed")

        flows.write_text(MENDED)
        told = await until(client, "has changed since this run", "read_run", run=failed)
        assert "+    return data.total // max(len(data.guests), 1)" in told
        told = await use(client, "retry_run", run=failed)
        again = run_in(told)
        assert "90 each?" in told
        assert "agreed" in told
        assert "ask" in await use(client, "answer", run=again, data={"agreed": False}, on_a_copy=True)
        assert '"90 each"' in await use(client, "answer", run=again, data={"agreed": True})
        compared = await use(client, "compare_runs", a=failed, b=again)
        assert '"first": "share"' in compared
        assert "max(len" in compared
        assert "90 each" in await use(client, "fork_run", run=again, step="ask")

        assert "scenarios/bill/nobody.json" in await use(client, "save_scenario", run=again, name="nobody")
        assert "nobody: passed" in await use(client, "run_scenarios", workflow="bill")
        flows.write_text(BROKEN.replace("Splits a bill.", "Splits it again."))
        await until(client, "Splits it again.", "list_workflows")
        assert "ZeroDivisionError" in await use(client, "run_scenarios", workflow="bill")
        assert "bill::nobody" in await use(client, "what_is_broken")
        flows.write_text("def broken(:\n")
        assert "SyntaxError" in await until(client, "SyntaxError", "what_is_broken")
        assert "jitter" in await use(client, "search_docs", words="retry jitter")


async def test_a_run_is_stepped_woken_and_pinned(tmp_path: Path) -> None:
    """Breakpoints, another input, a rehearsed delay that is ended, a step alone, pins; refused as the API does."""
    (tmp_path / "bill.py").write_text(MENDED)
    async with playground(tmp_path, "bill.py") as running, agent(running, tmp_path) as client:
        given = {"total": 90, "guests": ["Ada", "Bob"]}
        told = await use(client, "start_run", workflow="bill", input_data=given, breakpoints=["ask"])
        run = run_in(told)
        assert "paused before ask" in told
        assert "there is no time to end" in await use(client, "wake_run", fails=True, run=run)
        assert "70 each?" in await use(client, "proceed_run", run=run, input_data=70, same_input=False)

        alone = json.loads(await use(client, "run_step", run=run, step="share"))
        assert (alone["status"], alone["output"], alone["changes"]) == ("success", 45, [])
        alone = await use(client, "run_step", run=run, step="share", input_data={**given, "total": 8}, same_input=False)
        assert json.loads(alone)["output"] == 4
        assert "guests" in await use(
            client, "run_step", fails=True, run=run, step="share", input_data={}, same_input=False
        )
        assert "It began with: 3" in await use(client, "run_step", fails=True, run=run, step="share", at=1)

        delayed = {"delays": {"share": 3600}}
        told = await use(client, "start_run", workflow="bill", input_data=given, rehearsal=delayed, wait=0)
        told = await until(client, "not moving: share is delayed by its rehearsal, until", "read_run", run=run_in(told))
        assert 'rehearsal: {"delays": {"share": 3600' in told
        assert "45 each?" in await use(client, "wake_run", run=run_in(told))

        assert await use(client, "list_pins", workflow="bill") == "{}"
        assert "share" in await use(client, "pin_result", workflow="bill", step="share", result=5)
        assert "whole number" in await use(client, "pin_result", fails=True, workflow="bill", step="share", result="x")
        assert await use(client, "unpin_result", workflow="bill", step="share") == "{}"
        assert "not pinned" in await use(client, "unpin_result", fails=True, workflow="bill", step="share")


async def test_what_stands_in_the_way_is_told(tmp_path: Path) -> None:
    """No playground, a wrong id, or a token that only reads: the tool says so, and nothing is changed."""
    (tmp_path / "bill.py").write_text(MENDED)
    async with playground(tmp_path, "bill.py", "--token", "sesame") as running:
        async with agent(running, tmp_path) as client:
            assert "token" in await use(client, "list_workflows", fails=True)
        async with agent(running, tmp_path, STEPYARD_TOKEN="sesame") as client:
            assert "bill" in await use(client, "list_workflows")
            assert "nope" in await use(client, "read_run", fails=True, run="nope")
            assert await use(client, "describe_workflow", fails=True, workflow="../runs")
    async with agent(running, tmp_path) as client:
        assert "stepyard dev" in await use(client, "what_is_broken", fails=True)
