"""Programs of a few hundred lines, as people write them from the docs, are checked and run through all that they do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from engine.testing import Collector, FakeClock, run_to_end
from playground.worker.loading.discovery import discover
from tests.zoo.programs import agent, etl, review
from tests.zoo.test_types import published, through_the_form

PROGRAMS = {
    "etl": ("etl",),
    "review": ("review", "withdrawing"),
    "agent": ("agent", "turn", "tool-calculate", "tool-buy"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_served(name: str) -> None:
    """Everything in its file is found, and no form has a part that it cannot show."""
    found = discover([str(Path(__file__).parent / "programs" / f"{name}.py")])
    assert found.problems == ()
    assert sorted(one.workflow.id for one in found.found) == sorted(PROGRAMS[name])
    for one in found.found:
        published(one.workflow)


async def test_files_are_read_and_added_up() -> None:
    """A locked file and a throttled exchange are tried again; what is no sale is reported."""
    result = await run_to_end(etl.etl, through_the_form(etl.etl.input_schema, etl.EXAMPLE))
    assert result.status == "success", result.error
    assert result.result["title"] == "Sales since 2020-01-01"
    assert result.result["currency"] == "USD"
    totals = result.result["totals"]
    assert totals["by_shop"] == {"North": "13.12", "South": "2.81"}
    assert totals["total"] == "15.93"
    assert totals["rows"] == 2
    assert [line for line, why in totals["bad"]["a.csv"]] == [3]
    assert result.steps["fetch_rates"].attempts == 3


async def test_the_report_starts_again_from_what_was_recorded() -> None:
    """With defaults, sets and dates as the run has written them."""
    first = await run_to_end(etl.etl, etl.Job.model_validate(etl.EXAMPLE))
    again = await run_to_end(etl.etl, first.input)
    assert again.result == first.result
    assert again.input == first.input


def review_of(verdict: str, remarks: str = "") -> dict[str, Any]:
    """Return what a reviewer posts."""
    return {"verdict": verdict, "score": 5, "remarks": remarks}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"first": review_of("accept"), "second": review_of("accept")}, "accepted"),
        ({"first": review_of("revise"), "second": review_of("revise")}, "returned"),
        ({"first": review_of("accept"), "second": review_of("revise"), "editor": {"accept": True}}, "accepted"),
        ({"first": review_of("accept"), "second": review_of("reject", "no"), "editor": {"accept": False}}, "returned"),
    ],
)
async def test_two_people_review(said: dict[str, Any], kind: str) -> None:
    """Both are asked; the editor decides where they differ."""
    result = await run_to_end(review.review, review.PAPER, answers=said)
    assert result.status == "success", result.error
    assert result.result["kind"] == kind
    assert result.steps["first"].suspend_payload["paper"]["keywords"] == ["a", "b"]


async def test_a_paper_is_withdrawn() -> None:
    """The timer fires, everybody is reminded, the event closes the case."""
    app = Engine([review.withdrawing], clock=FakeClock())
    run = await app.workflow("withdrawing").create_run()
    await run.start_async(review.PAPER, initial_state={"reminders": 0})
    await run.send_event("withdrawn", {"reason": "an error in 2.1"})
    async for _ in run.observe():
        pass
    result = await run.state()
    assert result.result == {"kind": "withdrawn", "reason": "an error in 2.1"}


async def test_nobody_withdraws() -> None:
    """After its deadline the wait fails."""
    result = await run_to_end(review.withdrawing, review.PAPER)
    assert result.status == "failed"
    assert result.error_detail["type"] == "EventTimeout"
    assert result.ended_at - result.started_at >= timedelta(days=30)


async def test_the_agent_calculates_and_streams() -> None:
    """It calls its tool, reads what the tool says, and its words are events."""
    collector = Collector()
    run = await Engine([agent.agent]).workflow("agent").create_run()
    run.watch(collector)
    result = await run.start({"text": "What is 6 * 7?"})
    assert result.status == "success", result.error
    assert result.result["messages"][-1]["content"] == "The answer is 42 ."
    words = [event.payload["chunk"] for event in collector.of("step-output")]
    assert words[-5:] == ["The", "answer", "is", "42", "."]
    assert len(agent.MESSAGES.validate_python(result.result["messages"])) == 4


@pytest.mark.parametrize(("allowed", "content"), [(True, "lamp for 9.5"), (False, "not allowed")])
async def test_the_agent_asks_before_it_buys(allowed: bool, content: str) -> None:
    """What a tool gives depends on the answer."""
    result = await run_to_end(agent.agent, {"text": "buy lamp"}, answers={"turn.act": {"allowed": allowed}})
    assert result.status == "success", result.error
    assert [one["content"] for one in result.result["messages"] if one["role"] == "tool"] == [content]


async def test_a_tool_runs_alone() -> None:
    """Its schema is the one that a model is given."""
    workflow = next(tool for tool in agent.tools if tool.id == "tool-calculate")
    given = {"left": 2, "right": 3, "op": "+"}
    assert (await run_to_end(workflow, through_the_form(workflow.input_schema, given))).result == 5
