"""Playing scenarios: what they are given, what is expected, and what is said where that differs."""

import asyncio
import time
from typing import Any

import pytest

from engine import Context, MemoryStore, Workflow, create_workflow, step
from engine.errors import SuspendTimeout
from engine.execution.segment import Execution
from engine.playing import judge, play
from engine.scenarios.scenario import Answer, Scenario, ScenarioProblem, Sent
from engine.testing import run_to_end
from tests.scenarios.cases import scenario, shop


async def test_all_goes_well() -> None:
    """A question is answered, retries and timers take no time, and the event comes when it is waited for."""
    verdict, result = await judge(shop(), scenario())
    assert verdict.passed, verdict.text
    assert result is not None
    assert result.steps["buy"].attempts == 3


async def test_a_scenario_is_the_same_each_time() -> None:
    """Times, jitter and the run's id do not differ from one time to the other."""
    one, other = [(await play(shop(), scenario())).result.to_dict() for _ in range(2)]
    assert one == other


async def test_a_difference_is_a_unified_diff() -> None:
    """Only what is named counts; an unexpected failure is told with its place in the code."""
    expect = {"status": "success", "steps": {"ask": {"status": "success"}, "buy": {"attempts": 3}}}
    no = (Answer(step="ask", data={"approved": False}),)
    verdict, _ = await judge(shop(), scenario(answers=no, events=(), expect=expect, file="s.json"))
    assert not verdict.passed
    assert verdict.difference.splitlines() == [
        "--- s.json (expected)",
        "+++ s.json (got)",
        "@@ -1,11 +1,8 @@",
        " {",
        '-  "status": "success",',
        '+  "status": "failed",',
        '   "steps": {',
        '     "ask": {',
        '-      "status": "success"',
        "-    },",
        '-    "buy": {',
        '-      "attempts": 3',
        '+      "status": "failed"',
        "     }",
        "   }",
        " }",
    ]
    assert verdict.error.startswith("The run failed in step ask: ValueError: nobody wants it\n")
    assert verdict.error.endswith(': raise ValueError("nobody wants it")')


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"answers": (), "events": ()}, "failed", "nobody wants it"),
        ({"answers": (Answer(step="ask", late=True),), "events": ()}, "failed", "nobody wants it"),
        ({"events": ()}, "waiting", None),
    ],
)
async def test_what_nobody_gives_does_not_come(changes: dict[str, Any], status: str, error: str | None) -> None:
    """Without an answer its deadline passes, and a run that waits for an event for ever ends as waiting."""
    verdict, _ = await judge(shop(), scenario(expect={"status": status, "error": error}, **changes))
    assert verdict.passed, verdict.text


@step
def twice(data: Any, ctx: Context) -> list[Any]:
    """Ask until somebody answers."""
    return [ctx.suspend(1, timeout=60, default="nobody"), ctx.suspend(2, timeout=60, default="nobody")]


async def test_a_deadline_may_pass_before_an_answer() -> None:
    """Of a step's suspensions the first runs into its deadline, and the second is answered."""
    flow = create_workflow(id="twice", input_schema=None, output_schema=None).then(twice).commit()
    answers = (Answer(step="twice", late=True), Answer(step="twice", data="me"))
    expect = {"status": "success", "result": ["nobody", "me"]}
    verdict, _ = await judge(flow, Scenario(workflow="twice", name="late", answers=answers, expect=expect))
    assert verdict.passed, verdict.text


def reviewer(name: str) -> Any:
    """Return a step that takes its time before it asks, and asks somebody else when its deadline has passed."""

    @step(id=name, resume_schema=str)
    def ask(data: int, ctx: Context) -> str:
        time.sleep(0.02 if name == "ada" else 0.05)  # work, of which no clock of a test knows
        try:
            return ctx.suspend(f"{name}?", timeout=30)
        except SuspendTimeout:
            return ctx.suspend(f"boss of {name}?", timeout=3600, default="nobody")

    return ask


def two_reviewers() -> Workflow[int, dict[str, str]]:
    """Return a workflow that asks two at once."""
    both = create_workflow(id="two", input_schema=int, output_schema=dict[str, str])
    return both.parallel([reviewer("ada"), reviewer("bob")]).commit()


def late_and_answered() -> Scenario:
    """Return a scenario in which both let their deadline pass, and their bosses answer."""
    late = (Answer(step="ada", late=True), Answer(step="bob", late=True))
    bosses = (Answer(step="ada", data="A"), Answer(step="bob", data="B"))
    expect = {"status": "success", "result": {"ada": "A", "bob": "B"}}
    return Scenario(workflow="two", name="late", input=1, answers=(*late, *bosses), expect=expect)


async def test_no_time_passes_while_steps_are_executed() -> None:
    """Two deadlines that end together pass together, however long the one takes to ask after the other has asked."""
    verdict, _ = await judge(two_reviewers(), late_and_answered())
    assert verdict.passed, verdict.text


@pytest.mark.parametrize(
    ("owner", "name"), [(MemoryStore, "append"), (MemoryStore, "claim"), (MemoryStore, "read"), (Execution, "segment")]
)
async def test_no_time_passes_between_steps_either(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """A machine that is busy as something is recorded, or as the run comes to rest, makes nobody late."""
    inner = getattr(owner, name)

    async def slowed(*given: Any, **named: Any) -> Any:
        await asyncio.sleep(0.01)
        done = await inner(*given, **named)
        await asyncio.sleep(0.01)
        return done

    monkeypatch.setattr(owner, name, slowed)
    verdict, _ = await judge(two_reviewers(), late_and_answered())
    assert verdict.passed, verdict.text
    answers = {"ada": "A", "bob": "B"}
    assert (await run_to_end(two_reviewers(), 1, answers=answers)).result == answers


async def test_a_timer_does_not_overtake_a_person() -> None:
    """Of a race between a question and a timer, the answer that the scenario has wins."""
    nap = create_workflow(id="nap", input_schema=None, output_schema=None).sleep(60).commit()
    flow = create_workflow(id="first", input_schema=None, output_schema=None).race([nap, twice]).commit()
    answers = (Answer(step="twice", data="you"), Answer(step="twice", data="me"))
    expect = {"status": "success", "result": {"twice": ["you", "me"]}}
    verdict, _ = await judge(flow, Scenario(workflow="first", name="fast", answers=answers, expect=expect))
    assert verdict.passed, verdict.text


async def test_what_is_not_asked_for_is_told() -> None:
    """An answer to a step that never asks is no reason for the run to fail, and still a difference."""
    answers = (*scenario().answers, Answer(step="gone", data=1))
    verdict, _ = await judge(shop(), scenario(answers=answers, events=(*scenario().events, Sent(name="refunded"))))
    assert not verdict.passed
    assert verdict.text == ("the answer to step gone was not asked for\nthe event 'refunded' was not waited for")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rehearsal": {"results": {"gone": 1}}}, "workflow 'shop' has no step 'gone'"),
        ({"input": {}}, "the input does not fit workflow 'shop':"),
        ({"answers": (Answer(step="ask", data={}),)}, "the answer does not fit the resume_schema of step 'ask'"),
    ],
)
async def test_what_does_not_fit_is_told(changes: dict[str, Any], sentence: str) -> None:
    """What the schemas refuse ends the scenario, in the words of whoever refuses it."""
    verdict, result = await judge(shop(), scenario(**changes))
    assert (verdict.passed, result) == (False, None)
    assert verdict.problem.startswith(sentence)


async def test_a_step_is_rehearsed() -> None:
    """What has a result is not called, and what fails by the rehearsal is tried again."""
    rehearsal = {"results": {"ask": {"article": "coffee"}}, "failures": {"thank": {"type": "OSError"}}}
    expect = {
        "status": "failed",
        "error": "rehearsed",
        "steps": {"buy": {"attempts": 3, "input": {"article": "coffee"}}},
    }
    expect["ignore"] = ["/steps/buy/input/key"]
    verdict, _ = await judge(shop(), scenario(answers=(), rehearsal=rehearsal, expect=expect))
    assert verdict.passed, verdict.text


async def test_secrets_come_from_the_environment() -> None:
    """What the file leaves out is a variable; one that is not set is named."""
    asking = scenario(input={"article": "tea", "key": {"$env": "SHOP_KEY"}}, file="s.json")
    result = (await play(shop(), asking, environment={"SHOP_KEY": "k-1"})).result
    assert result.input["key"] == "k-1"
    with pytest.raises(ScenarioProblem, match=r"s\.json asks for what is not set: SHOP_KEY"):
        await play(shop(), asking, environment={})


async def test_what_is_ignored_does_not_count() -> None:
    """Neither a key that differs, nor an item of a list, nor a place that is not there."""
    flow = create_workflow(id="list", input_schema=None, output_schema=None).map(lambda data: [1, {"at": 2}]).commit()
    expect = {"status": "success", "result": [7, {}], "ignore": ["/result/0", "/result/1/at", "/result/9", "/none"]}
    verdict, _ = await judge(flow, Scenario(workflow="list", name="ignored", expect=expect))
    assert verdict.passed, verdict.text
