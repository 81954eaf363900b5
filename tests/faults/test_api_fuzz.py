"""Random requests to every operation of the API, made from its description, on a playground that serves."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playground.api.openapi import document
from playground.api.operations import OPERATIONS, Operation
from playground.api.request_bodies import FUZZ
from tests.command.running import Running, playground
from tests.faults.tally import DONE, is_full
from tests.patience import PATIENCE

pytestmark = pytest.mark.faults

FLOWS = """
from pydantic import BaseModel, Field
from engine import Context, create_workflow, step

class Order(BaseModel):
    name: str = Field(pattern="^[a-z]*$", max_length=20)
    amount: int = Field(default=1, ge=0, lt=10**6)

@step
async def greet(data: Order) -> str:
    return f"{data.name} {data.amount}"

@step(resume_schema=int)
async def ask(data: str, ctx: Context) -> int:
    return ctx.suspend({"question": data}) + 1

hello = create_workflow(id="hello", input_schema=Order, output_schema=str).then(greet).commit()
asking = create_workflow(id="asking", input_schema=Order, output_schema=int).then(greet).then(ask).commit()
event = create_workflow(id="event", input_schema=int, output_schema=int).sleep(0.01).commit()
"""
DOCUMENT = document()
COMPONENTS = {"components": DOCUMENT["components"]}

TEXTS = st.text(max_size=30) | st.sampled_from(["", "null", "1e999", "-1", "9" * 30, "../..", "%00", "ask", "greet[0]"])
IDS = st.sampled_from(["hello", "asking", "event", *(f"r{n}" for n in range(5))]) | TEXTS
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ORDERS = st.fixed_dictionaries({"name": st.sampled_from(["ada", "Ada", 5])}, optional={"amount": st.integers()})
RAW = st.binary(max_size=40) | st.sampled_from(
    [b"{", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}', b'{"a":1,"a":2}', b"\xff", b'"\\ud800"', b"1" * 10_000]
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Operation, str, bytes | None]:
    """Return an operation, an address and a body, which may be right or wrong."""
    operation = draw(st.sampled_from([one for one in OPERATIONS if one.body is not FUZZ]))
    path = operation.path
    for name in ("workflow_id", "run_id"):
        path = path.replace(f"{{{name}}}", quote(draw(IDS), safe=""))
    chosen = [name for name, _ in operation.query if draw(st.booleans())]
    values = st.integers(0, 10**12).map(str) | IDS | st.just("2026-03-01T09:00:00Z")
    query = urlencode({name: draw(values) for name in chosen})
    return operation, f"{path}?{query}" if query else path, draw(_bodies(operation))


def _bodies(operation: Operation) -> st.SearchStrategy[bytes | None]:
    if operation.body is None:
        return st.none()
    names = {name: JSONS | ORDERS | st.just("ask") for name in operation.body.get("properties", {})}
    right = st.fixed_dictionaries({}, optional=names)
    return (right | right | JSONS).map(lambda body: json.dumps(body).encode()) | RAW | st.none()


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """Give a playground with runs of known ids."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as found:
        await found.until("/workflows/", lambda _, text: "asking" in text)
        for n in range(3):
            assert found.post(f"/api/workflows/asking/start?runId=r{n}", {"inputData": {"name": "ada"}})[0] == 200
        yield found


def check(operation: Operation, status: int, kind: str, text: str) -> None:
    """Fail when the answer is not what the description says."""
    DONE["requests"] += 1
    assert status < 500, text
    if status == 200 and operation.is_stream:
        # The last record may not have come yet.
        for record in filter(None, text.split("\x1e")[:-1]):
            Draft202012Validator({**COMPONENTS, **operation.answer}).validate(json.loads(record))
    elif kind.startswith("application/json"):
        schema = operation.answer if status == 200 else {"$ref": "#/components/schemas/Error"}
        Draft202012Validator({**COMPONENTS, **schema}).validate(json.loads(text))
    else:
        assert status >= 400, (status, kind)


def read(operation: Operation, answer: http.client.HTTPResponse) -> str:
    """Return an answer; of a stream, which may last for ever, what comes first."""
    if operation.is_stream and answer.status == 200:
        return answer.read1().decode(errors="ignore")
    return answer.read().decode()


async def test_no_request_breaks_the_api(running: Running) -> None:
    """Each is answered as described, never with a 5xx; the playground still serves and its journals are whole."""

    @settings(
        max_examples=15_000 if is_full() else 1500,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests())
    def every(request: tuple[Operation, str, bytes | None]) -> None:
        operation, path, body = request
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        headers = {"Host": f"localhost:{running.port}"} | ({"Content-Type": "application/json"} if body else {})
        try:
            connection.request(operation.method.upper(), path, body, headers)
            answer = connection.getresponse()
            check(operation, answer.status, answer.getheader("Content-Type") or "", read(operation, answer))
        finally:
            connection.close()

    await asyncio.to_thread(every)
    doctor: Any = running.get("/doctor/?thorough")
    assert doctor[0] == 200
    assert "whole" in doctor[1]
