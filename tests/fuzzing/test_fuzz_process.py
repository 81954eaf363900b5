"""Searches in a process of their own: what they find, and what does not end them."""

import asyncio
import json
from pathlib import Path

import pytest

from playground.fuzzing.findings import Bounds, Finding, Report
from playground.fuzzing.fuzz_process import Order, search
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "playground" / "examples"

PLANTED = {
    "interests: list[Interest] = Field(default=[Interest.FOOD], min_length=1,": (
        "interests: list[Interest] = Field(default=[Interest.FOOD],"
    ),
    "    await asyncio.sleep(0.4)\n": "    await asyncio.sleep(4)\n    dict(enumerate(trip.interests))[0]\n",
    "bool(forecast.rain >= ctx.init_data.rain_limit)": "bool(forecast.rain / ctx.init_data.rain_limit >= 1)",
    "activities=plan.activities, pack=pack)": (
        "activities=plan.activities, pack=pack) if party.children < 12 else {'headline': headline}  # type: ignore"
    ),
}
"""What the copy of an example has instead of some of its parts."""

DEADLY = """
import ctypes
import os
import time

from engine import create_workflow, step

@step
def act(number: int) -> int:
    if number == 1:
        os._exit(3)
    if number == 2:
        ctypes.string_at(0)
    if number == 10:
        bytearray(4 << 30)
    if number == 255:
        time.sleep(1000)
    return number

deadly = create_workflow(id="deadly", input_schema=int, output_schema=int).then(act).commit()
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def by_type(report: Report) -> dict[str, Finding]:
    """Return the findings by their types."""
    assert report.state == "done", report.problem
    return {finding.type: finding for finding in report.findings}


async def test_planted_faults_are_found(tmp_path: Path) -> None:
    """A KeyError on an empty list, a division by zero on a boundary, an output that does not fit; each at its least."""
    text = (EXAMPLES / "weather.py").read_text()
    for right, wrong in PLANTED.items():
        assert text.count(right) >= 1
        text = text.replace(right, wrong, 1)
    (tmp_path / "planner.py").write_text(text)
    (tmp_path / "weather.json").write_text((EXAMPLES / "weather.json").read_text())
    (tmp_path / "planner.py").write_text(text.replace('with_name("weather.json")', f"with_name({'weather.json'!r})"))
    report = await search(Order(workflow="weather", modules=("planner.py",), bounds=Bounds(seed=1, seconds=300)))
    found = by_type(report)
    assert set(found) == {"KeyError", "ZeroDivisionError", "InvalidOutput"}
    assert {one.is_smallest for one in report.findings} == {True}
    smallest = {name: {key: part for key, part in one.input.items() if key != "city"} for name, one in found.items()}
    assert smallest == {
        "KeyError": {"interests": []},
        "ZeroDivisionError": {"rain_limit": 0},
        "InvalidOutput": {"party": {"children": 12}},
    }
    assert found["KeyError"].code == "dict(enumerate(trip.interests))[0]"
    assert found["KeyError"].place.startswith("planner.py:")
    assert found["InvalidOutput"].place == "step pack_bag"
    assert report.arms == (2, 2)


async def test_what_ends_the_process_is_a_finding(tmp_path: Path) -> None:
    """An exit, a segmentation fault, too much memory and a hang are found beside each other, where they are."""
    (tmp_path / "flows.py").write_text(DEADLY)
    bounds = Bounds(seed=1, runs=120, memory=256, seconds=300)
    order = Order(workflow="deadly", modules=("flows.py",), bounds=bounds, hang=3)
    report = await search(order)
    told = {(one.type, one.message.partition(" for")[0], one.input) for one in report.findings}
    assert told == {
        ("Crash", "the process ended: exit code 3", 1),
        ("Crash", "the process ended: killed by SIGSEGV", 2),
        ("MemoryError", "MemoryError", 10),
        ("Hang", "it took longer than 3 s", 255),
    }
    places = {one.input: one.place.partition(":")[0] for one in report.findings}
    assert places == {1: "", 2: "flows.py", 10: "flows.py", 255: "flows.py"}


async def test_a_step_that_is_rehearsed_is_not_called(tmp_path: Path) -> None:
    """Nothing is found, and what was tried is counted; the report has what the steps returned."""
    (tmp_path / "flows.py").write_text(DEADLY)
    bounds = Bounds(seed=1, runs=20, seconds=300)
    report = await search(Order(workflow="deadly", modules=("flows.py",), bounds=bounds, steps=("act",)))
    assert (report.state, report.findings) == ("done", ())
    assert report.inputs > 10
    assert (report.reached, report.unreached) == (("act",), ())
    assert report.rehearsal is not None
    assert list(report.rehearsal["results"]) == ["act"]


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (Order(workflow="none"), "there is no workflow 'none'. There are: deadly"),
        (Order(workflow="deadly", steps=("none",)), "workflow 'deadly' has no step 'none'"),
        (Order(workflow="deadly", rehearsal={"deaths": {"act": 1}}), "the rehearsal kills the worker at act"),
    ],
)
async def test_what_cannot_be_tried_is_told(tmp_path: Path, order: Order, sentence: str) -> None:
    """A workflow or a step that is not there, and a rehearsal that needs a worker."""
    (tmp_path / "flows.py").write_text(DEADLY)
    report = await search(
        Order(workflow=order.workflow, modules=("flows.py",), steps=order.steps, rehearsal=order.rehearsal)
    )
    assert report.state == "failed"
    assert sentence in report.problem


async def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what installs it."""
    (tmp_path / "hypothesis.py").write_text("raise ModuleNotFoundError('no', name='hypothesis')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    report = await search(Order(workflow="weather"))
    assert (report.state, report.problem.partition(": ")[2]) == ("failed", "pip install 'stepyard[fuzz]'")


async def test_a_search_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    """Its process is gone, with the one that hangs at that moment."""
    pid = tmp_path / "pid"
    (tmp_path / "flows.py").write_text(
        DEADLY.replace(
            "    if number == 1:\n        os._exit(3)\n",
            f"    open({str(pid)!r}, 'a').write(f'{{os.getpid()}} ')\n    time.sleep(1000)\n",
        )
    )
    began = asyncio.Event()

    def said(report: Report) -> None:
        if report.unreached:
            began.set()

    task = asyncio.create_task(search(Order(workflow="deadly", modules=("flows.py",), hang=300), said=said))
    async with asyncio.timeout(PATIENCE):
        await began.wait()
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()
    known = pid.read_text().split() if pid.exists() else []
    assert [
        one for one in known if Path(f"/proc/{one}").exists() and "Z" not in Path(f"/proc/{one}/stat").read_text()
    ] == []


def test_a_report_is_json() -> None:
    """Everything in it can be written."""
    finding = Finding(key="a", type="KeyError", message="'x'", place="flows.py:3", input={"a": [1]})
    report = Report(workflow="deadly", findings=(finding,), reached=("act",), arms=(1, 2), inputs=1, seed=7)
    assert json.loads(json.dumps(report.to_dict()))["findings"][0]["smallest"] is False
    assert report.tried == "1 input, 1 of 1 steps, 1 of 2 branches in 0.0 s (seed 7)"
