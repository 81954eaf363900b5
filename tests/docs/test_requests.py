"""The HTTP requests of the documentation as they are typed: each is taken, with the examples served."""

import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground import examples
from playground.actions import actions
from playground.forms import example
from tests.docs.pages import ROOT, blocks
from tests.examples.conftest import short_pauses
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.conftest import working

__all__ = ["short_pauses", "stage"]

PAGE = "docs/how-to/http-api.md"
FLOWS = tuple(getattr(examples, name) for name in examples.__all__)
CLAIM = {"employee": "Ada", "spent_on": "2026-06-01", "items": [{"what": "desk", "amount": "80"}]}


@pytest.fixture
async def served(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Serve the examples, with a worker, in an empty project."""
    monkeypatch.chdir(tmp_path)
    async with working(stage, *FLOWS):
        yield stage


def requests() -> list[Any]:
    """Return the curl commands of the page: method, address, headers and body of each."""
    found = []
    for block in blocks(ROOT / PAGE, "sh"):
        for line in block.code.replace("\\\n", " ").splitlines():
            words = shlex.split(line.partition(" | tr ")[0], comments=True)
            if words[:1] == ["curl"]:
                found.append(pytest.param(*_read(words[1:]), id=f"{block.line}: {line[:60]}"))
    return found


def _read(words: list[str]) -> tuple[str, str, dict[str, str], str]:
    options = {words[at]: words[at + 1] for at in range(len(words) - 1) if words[at] in ("-X", "-H", "-d")}
    address = next(word for word in words if "localhost:4111" in word).split("localhost:4111")[1]
    headers = dict([options["-H"].split(": ")]) if "-H" in options else {}
    return options.get("-X", "POST" if "-d" in options else "GET"), address, headers, options.get("-d", "")


async def run_for(stage: Stage, address: str) -> str:
    """Start a run that the request can be made of, in place of the RUN of the page; return its id."""
    named = re.search(r"/workflows/(\w+)/", address)
    workflow = named[1] if named else "weather"
    given: dict[str, Any] = {"expenses": CLAIM, "weather": {"city": "London"}}
    flow = next(flow for flow in FLOWS if flow.id == workflow)
    run_id = await actions.start(workflow, given.get(workflow, example(flow.flow.input.json_schema)))
    run = await actions.state_of(run_id)
    while not run.ended and run.status not in ("suspended", "waiting"):
        await stage.store.changed(run_id, after=run.last_seq)
        run = await actions.state_of(run_id)
    return run_id


@pytest.mark.parametrize(("method", "address", "headers", "body"), requests())
async def test_a_request_is_taken(served: Stage, method: str, address: str, headers: dict[str, str], body: str) -> None:
    """As it is written, but for the id of the run."""
    if "RUN" in address:
        address = address.replace("RUN", await run_for(served, address))
    kind = headers.pop("Content-Type", "application/json")
    sent = {"headers": headers} if method == "GET" else {"headers": headers, "content_type": kind, "data": body}
    response = await getattr(served.client, method.lower())(address, **sent)
    if response.streaming:
        async for part in response.streaming_content:
            assert part
            break
    assert response.status_code == 200, response.content.decode()
    if not response.streaming:
        json.loads(response.content)
