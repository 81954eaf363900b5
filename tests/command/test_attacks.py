"""Hostile clients on a playground that serves: nothing is started, nothing breaks, nothing grows."""

import http.client
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.command.running import Running, playground
from tests.faults.tally import DONE
from tests.patience import PATIENCE

pytestmark = pytest.mark.faults

FLOWS = """
from engine import create_workflow, step

@step
async def give(data: str) -> str:
    return data

SCHEMA = {"type": "object", "properties": {"text": {"type": "string", "pattern": "^(a+)+$"}}, "required": ["text"]}
plain = create_workflow(id="plain", input_schema=str, output_schema=str).then(give).commit()
greedy = create_workflow(id="greedy", input_schema=SCHEMA, output_schema=None).map(lambda data: data).commit()
"""
JSON = {"Content-Type": "application/json"}
START = "/api/workflows/plain/start"
RIGHT = json.dumps({"inputData": "x"}).encode()
GROWTH = 80 * 1024 * 1024


def resident(pid: int) -> int:
    """Return the bytes of memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def ask(running: Running, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> int:
    """Return the status of an answer; a connection that was cut counts as refused."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, {"Host": f"localhost:{running.port}", **headers})
        return connection.getresponse().status
    except ConnectionError:
        return 499
    finally:
        connection.close()


def attacks(port: int) -> Iterator[tuple[str, str, bytes | None, Mapping[str, str]]]:
    """Yield requests, none of which may do anything."""
    ours = f"localhost:{port}"
    evil = "http://evil.example"
    for origin in (evil, "null", f"http://{ours}.evil.example", f"http://evil.example/{ours}", f"https://{ours}", ""):
        yield "POST", START, RIGHT, {**JSON, "Origin": origin}
    for host in ("evil.example", f"{ours}.evil.example", "localhost", "localhost:1", f"evil@{ours}", f"{ours}."):
        for path in ("/workflows/", "/static/css/base.css", START, "/nowhere/"):
            yield "POST" if path == START else "GET", path, RIGHT if path == START else None, {**JSON, "Host": host}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"):
        yield "POST", START, RIGHT, {"Content-Type": kind}
        yield "POST", "/workflows/plain/", b"v=x&do=run", {"Content-Type": kind, "Origin": evil}
    yield "POST", START, RIGHT, {**JSON, "Sec-Fetch-Site": "cross-site"}
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        yield method, START, RIGHT, JSON
    for body in (b"x" * 6_000_000, b"[" * 4_000_000, b'{"a":' * 500_000, b"\x00" * 1000, b"{", b'{"inputData": NaN}'):
        yield "POST", START, body, JSON
    for path in (
        "/static/../manage.py",
        "/static/..%2f..%2fetc/passwd",
        "/runs/%00/",
        "/" + "a" * 5000,
        "//evil.example",
    ):
        yield "GET", path, None, {}


async def test_no_attack_starts_anything(tmp_path: Path) -> None:
    """Every attack is answered with a refusal, again and again; no run exists afterwards, and memory is flat."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "plain" in text)
        before = 0
        for turn in range(6):
            for attack in attacks(running.port):
                status = ask(running, *attack)
                assert 400 <= status < 500, (attack[:2], attack[3], status)
                DONE["attacks"] += 1
            if turn == 1:
                before = resident(running.process.pid)
        assert resident(running.process.pid) - before < GROWTH
        assert json.loads(running.get("/api/runs")[1])["runs"] == []
        assert ask(running, "POST", START, RIGHT, JSON) == 200


async def test_open_connections_cost_little(tmp_path: Path) -> None:
    """Hundreds of clients that say nothing, or half of something, keep nobody else from the pages."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "plain" in text)
        before = resident(running.process.pid)
        idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(300)]
        for number, one in enumerate(idle):
            one.sendall(
                (b"", b"GET / HTTP/1.1\r\nHost: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx")[number % 3]
            )
        assert running.get("/workflows/")[0] == 200
        assert resident(running.process.pid) - before < GROWTH
        for one in idle:
            with closing(one):
                pass
        assert running.get("/workflows/")[0] == 200
        DONE["attacks"] += len(idle)


async def test_a_catastrophic_pattern_costs_no_time(tmp_path: Path) -> None:
    """A value that makes a pattern of a schema explode is decided on, though the pattern alone would take for ever."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "greedy" in text)
        await running.until("/doctor/", lambda _, text: "</svg>ready</span>" in text)
        status, text = running.post("/api/workflows/greedy/start", {"inputData": {"text": "a" * 60 + "!"}})
        assert status == 400, text
        assert running.post("/api/workflows/plain/start-async", {"inputData": "x"})[0] == 200
        await running.until("/doctor/", lambda _, text: "blocked" not in text)
        DONE["attacks"] += 1
