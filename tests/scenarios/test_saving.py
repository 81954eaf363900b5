"""A recorded run as a scenario, and as a test function: both come to what the run came to."""

import asyncio
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from engine import Context, Engine, Fail, Rehearsal, Schedule, create_workflow, sequence, step
from engine.errors import RequestError
from engine.execution import recorder
from engine.journal.fold import fold
from engine.paths import format_path
from engine.playing import judge
from engine.scenarios.scenario import Answer, Scenario, Sent
from engine.testing import FakeClock
from playground.catalogue.published import WorkflowEntry
from playground.scenarios.pytest_text import as_pytest
from playground.scenarios.saving import Recorded, offered_results, scenario_of_run
from tests.laws.trees import Plan, World, answer_to, build, plans
from tests.scenarios.cases import shop
from tests.scenarios.recording import in_memory, record


async def test_a_run_is_saved_with_what_it_was_given() -> None:
    """Its input, answers and events become those of the scenario, and what is another each time is not looked at."""
    run = await record(
        shop(), {"article": "tea"}, answers=(("ask", {"approved": True}),), event=("paid", {"by": "Ada"})
    )
    saved = scenario_of_run(run, "bought")
    assert saved.answers == (Answer(step="ask", data={"approved": True}),)
    assert saved.events == (Sent(name="paid", payload={"by": "Ada"}),)
    assert saved.expect["result"] == {"by": "Ada", "run": run.run.run_id}
    assert saved.expect["ignore"] == ["/result/run"]
    verdict, _ = await judge(shop(), saved, environment={"SHOP_KEY": "k"})
    assert verdict.passed, verdict.text


async def test_secrets_are_left_out() -> None:
    """In the place of each stands a variable whose name says what it is."""
    run = await record(shop(), {"article": "tea", "key": "k-1"})
    saved = scenario_of_run(run, "asks")
    assert saved.input == {"article": "tea", "key": {"$env": "SHOP_KEY"}}
    assert "k-1" not in saved.to_text()


class Login(BaseModel):
    """What a person is asked."""

    password: SecretStr


@step(resume_schema=Login, output_schema=Login)
def log_in(data: Any, ctx: Context) -> Login:
    """Ask for a secret, and hand it on."""
    answer: Login = ctx.suspend()
    return answer


async def test_secrets_of_answers_and_results_are_left_out() -> None:
    """What comes is not compared there, and the file has them nowhere."""
    flow = create_workflow(id="login", input_schema=None, output_schema=Login).then(log_in).commit()
    run = await record(flow, None, answers=(("log_in", {"password": "hush"}),))
    saved = scenario_of_run(run, "in", ["log_in"])
    assert "hush" not in saved.to_text()
    assert saved.answers[0].data == {"password": {"$env": "LOGIN_LOG_IN_PASSWORD"}}
    assert saved.expect["ignore"] == ["/result/password"]
    assert saved.rehearsal == {"results": {"log_in": {"password": {"$env": "LOGIN_LOG_IN_PASSWORD"}}}}


async def test_chosen_steps_are_not_called() -> None:
    """Their outputs become results of a rehearsal; items of a list are not offered."""
    calls: list[int] = []

    @step
    def double(n: int) -> int:
        calls.append(n)
        return 2 * n

    @step
    def numbers(n: int) -> list[int]:
        return list(range(n))

    flow = create_workflow(id="flow", input_schema=int, output_schema=list[int])
    flow_ = flow.then(numbers).foreach(double).commit()
    run = await record(flow_, 2)
    assert offered_results(run.run) == ["numbers"]
    saved = scenario_of_run(run, "doubled", ["numbers"])
    assert saved.rehearsal == {"results": {"numbers": [0, 1]}}
    assert (await judge(flow_, saved))[0].passed
    with pytest.raises(RequestError, match=r"step 'double\[0\]' of run .* has no output that could be a result"):
        scenario_of_run(run, "doubled", ["double[0]"])


async def test_a_run_of_a_schedule_is_saved_with_its_due_time() -> None:
    """Steps that ask for it come to the same when the scenario is played."""

    @step
    def told(data: Any, ctx: Context) -> str:
        return str(ctx.scheduled_for)

    flow = create_workflow(id="daily", input_schema=None, output_schema=str, schedules=[Schedule("0 9 * * *")])
    daily = flow.then(told).commit()
    engine = Engine([daily], clock=FakeClock())
    await engine.run_schedules(until=datetime(2030, 1, 1, 12, tzinfo=UTC))
    (summary,) = await engine.runs()
    await (await engine.run(summary.run_id)).state()
    await engine.runtime.drive(summary.run_id)
    events = await engine.store.read(summary.run_id)
    saved = scenario_of_run(Recorded(run=fold(events), events=events, graph=daily.graph), "morning")
    assert saved.to_dict()["scheduled_for"] == "2030-01-01T09:00:00+00:00"
    verdict, _ = await judge(daily, saved)
    assert verdict.passed, verdict.text


async def test_what_no_scenario_can_be_is_refused() -> None:
    """A run that was canceled is no example of anything."""
    run = await record(shop(), {"article": "tea"})
    run.run.status = "canceled"
    with pytest.raises(RequestError, match="is canceled: only one that has succeeded, failed or waits"):
        scenario_of_run(run, "x")


async def test_what_was_changed_on_the_way_is_refused() -> None:
    """A step that was given another input, in a fork or while the run was paused, would not be given it again."""
    flow = create_workflow(id="flow", input_schema=int, output_schema=None).then(several).then(refuse).commit()
    engine = Engine([flow], clock=FakeClock())
    run = await engine.workflow("flow").create_run()
    await run.start(0)
    fork = await run.fork("refuse", input_data=["other"])
    await fork.start()
    paused = await engine.workflow("flow").create_run()
    await paused.start(0, breakpoints=["refuse"])
    await paused.proceed(input_data=["other"])
    stopped = await engine.workflow("flow").create_run()
    await stopped.start(0, breakpoints="all")
    await stopped.proceed(breakpoints=[])
    for one, fits in ((fork, False), (paused, False), (stopped, True)):
        events = await engine.store.read(one.run_id)
        recorded = Recorded(run=fold(events), events=events, graph=flow.graph)
        if fits:
            assert (await judge(flow, scenario_of_run(recorded, "x")))[0].passed
            continue
        with pytest.raises(RequestError, match="was given another input than the one before it gave"):
            scenario_of_run(recorded, "x")


@step
def several(data: Any, ctx: Context) -> list[Any]:
    """Ask as often as the input says."""
    return [ctx.suspend(number, timeout=60, default="nobody") for number in range(data)]


@step
def refuse(data: Any) -> Any:
    """Fail on some inputs."""
    if data and data[-1] == "bad":
        raise Fail("that is bad")
    return data


LONG = (
    create_workflow(id="long", input_schema=int, output_schema=None)
    .sleep(60)
    .then(sequence(several, refuse, id="asked"))
    .commit()
)


@given(st.lists(st.sampled_from(["good", "bad", 1, None, {"a": [1.5]}]), max_size=4), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
async def test_a_saved_run_comes_to_the_same(answers: list[Any], unanswered: int) -> None:
    """Whatever was answered, and where the run was left: its scenario passes, and so does its test function."""
    run = await record(LONG, len(answers) + unanswered, answers=tuple(("several", one) for one in answers))
    saved = scenario_of_run(run, "again")
    verdict, _ = await judge(LONG, saved)
    assert verdict.passed, verdict.text


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkflowEntry:
    """Return the entry of a workflow in a file that can be imported."""
    file = tmp_path / "pasted_flows.py"
    file.write_text("class Flow:\n    commit = staticmethod(lambda: LONG)\n\nlong_one = Flow().commit()\n")
    module = ModuleType("pasted_flows")
    vars(module)["LONG"] = LONG
    exec(file.read_text(), vars(module))  # noqa: S102
    monkeypatch.setitem(sys.modules, "pasted_flows", module)
    return WorkflowEntry(
        workflow_id="long", digest="", graph=LONG.graph, module="pasted_flows.py", file=str(file), line=4
    )


def pasted(text: str) -> None:
    """Run what a person pastes into a file of tests."""
    space: dict[str, Any] = {}
    exec(text, space)  # noqa: S102
    (test,) = [found for name, found in space.items() if name.startswith("test_")]
    test()


@pytest.mark.parametrize(
    ("answers", "rehearsal"),
    [
        ((), None),
        (({"a": [1, None]},), None),
        (("good", "bad"), None),
        ((), Rehearsal(results={"several": ["x" * 300, "y"]})),
    ],
)
async def test_a_run_as_a_function_passes(entry: WorkflowEntry, answers: Any, rehearsal: Any) -> None:
    """As it is pasted, without any plugin; several answers of one step come in their turn."""
    given_ = tuple(("several", one) for one in answers)
    run = await record(LONG, len(answers), answers=given_, rehearsal=rehearsal)
    text = as_pytest(scenario_of_run(run, "a-run"), entry)
    assert "def test_long_a_run() -> None:" in text
    await asyncio.to_thread(pasted, text)


def test_a_function_finds_its_workflow(tmp_path: Path) -> None:
    """By the name in its file, or by its id where no name is seen there."""
    file = tmp_path / "flows.py"
    file.write_text("one = (\n    create_workflow(id='one')\n    .commit()\n)\nmany = [create_workflow()]\n")
    scenario = Scenario(workflow="one", name="x", input={"key": {"$env": "K"}}, expect={"status": "success"})
    entry = WorkflowEntry(workflow_id="one", digest="", graph={}, module="flows.py", file=str(file), line=2)
    text = as_pytest(scenario, entry)
    assert "from flows import one\n" in text
    assert "import os\n" in text
    assert "{'key': os.environ[\"K\"]}" in text
    compile(text, "pasted", "exec")
    other = WorkflowEntry(workflow_id="many", digest="", graph={}, module="flows.py", file=str(file), line=5)
    assert "found for found in vars(flows).values()" in as_pytest(scenario, other)


def test_events_are_no_function() -> None:
    """What `run_to_end` cannot give is told by giving no text."""
    entry = WorkflowEntry(workflow_id="one", digest="", graph={}, module="flows.py")
    sent = Scenario(workflow="one", name="x", events=(Sent(name="paid"),), expect={"status": "success"})
    late = (Answer(step="ask", late=True), Answer(step="ask", data=1))
    after = Scenario(workflow="one", name="x", answers=late, expect={"status": "success"})
    assert (as_pytest(sent, entry), as_pytest(after, entry)) == ("", "")


def without_threads(plan: Any) -> Any:
    """Return a plan whose steps all run on the event loop: how far a thread comes in a race is up to the machine."""
    match plan:
        case ("sync", number):
            return ("add", number)
        case tuple():
            return tuple(map(without_threads, plan))
        case list():
            return [without_threads(part) for part in plan]
        case _:
            return plan


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(plan=plans(failing=True), data=st.integers(0, 20), answered=st.integers(0, 6))
async def test_any_saved_run_comes_to_the_same(plan: Plan, data: int, answered: int) -> None:
    """Of a random workflow, answered to its end or left on the way: what was saved of it passes."""
    with pytest.MonkeyPatch.context() as patch:
        # How far an arm comes before another one fails would be up to the machine, too.
        patch.setattr(recorder, "TURN", math.inf)
        await _comes_to_the_same(without_threads(plan), data, answered)


async def _comes_to_the_same(plan: Plan, data: int, answered: int) -> None:
    """Save a run of a workflow, and play what was saved."""
    engine = in_memory(build(plan, World()))
    run = await engine.workflow("main").create_run()
    result = await run.start(data)
    for _ in range(answered):
        if result.status == "suspended":
            path = result.suspended[-1]
            result = await run.resume(path, answer_to(result.steps[format_path(path)].suspend_payload))
    events = await engine.store.read(run.run_id)
    flow = build(plan, World())
    saved = scenario_of_run(Recorded(run=fold(events), events=events, graph=flow.graph), "again")
    verdict, _ = await judge(flow, saved)
    assert verdict.passed, verdict.text
