"""Code that has changed since a run: said on its page, in the comparison and over the API, with the difference."""

import json

import pytest

from engine import create_workflow, step
from playground.actions import actions, proceed_retry
from playground.catalogue import source_code
from playground.guard.callers import Caller, Role, caller
from playground.models import StepSource, WorkflowCode
from playground.runs import retention
from playground.store import in_database
from tests.pages.stage import Stage, attributes
from tests.pages.test_compare import compared

OLD = "def charge(data: int) -> int:\n    return 1 // data\n"
NEW = "def charge(data: int) -> int:\n    return 1 // max(data, 1)\n"


@step
def keep(data: int) -> int:
    """Hand it on."""
    return data


@step
def charge(data: int) -> int:
    """Fail for nothing."""
    return 1 // data


BILL = create_workflow(id="bill", input_schema=int, output_schema=int).then(keep).then(charge).commit()


async def failed(stage: Stage) -> str:
    """Give a run that failed with the old code."""
    await stage.register_worker("w1")
    await stage.publish(BILL, sources={"keep": "def keep", "charge": OLD})
    run_id = await actions.start("bill", 0)
    assert (await stage.play(run_id)).status == "failed"
    return run_id


async def mended(stage: Stage, text: str = NEW) -> None:
    """Put other code in place."""
    await stage.reload(BILL, sources={"keep": "def keep", "charge": text}, worker_id="w2")


async def test_retry_names_the_new_code(stage: Stage) -> None:
    """The page says that the failed step has changed, shows how, and the button says what it does."""
    run_id = await failed(stage)
    page = await stage.get(f"/runs/{run_id}/")
    assert "with the new code" not in page
    assert "data-changed" not in page
    await mended(stage)
    page = await stage.get(f"/runs/{run_id}/")
    assert "Retry with the new code" in page
    assert attributes(page, "data-changed") == ["charge"]
    assert '<span data-diff="-">-    return 1 // data</span>' in page
    assert '<span data-diff="+">+    return 1 // max(data, 1)</span>' in page


async def test_the_same_code_again_is_no_change(stage: Stage) -> None:
    """A worker that comes with the same sources, or without the step, says nothing."""
    run_id = await failed(stage)
    await mended(stage, OLD)
    assert "with the new code" not in await stage.get(f"/runs/{run_id}/")
    await stage.reload(BILL, sources={"keep": "def keep"}, worker_id="w3")
    assert "with the new code" not in await stage.get(f"/runs/{run_id}/")
    await stage.reload(BILL, sources={}, worker_id="w4")
    assert "with the new code" not in await stage.get(f"/runs/{run_id}/")


async def test_a_viewer_is_told_but_shown_no_code(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may only read hears that the code has changed; neither page nor API gives him a source."""
    run_id = await failed(stage)
    await mended(stage)
    fork = await proceed_retry.retry(run_id)
    await stage.play(fork)
    token = caller.set(Caller(name="Vera", role=Role.VIEWER))
    try:
        shown = await stage.get(f"/runs/{run_id}/")
        assert "The code of" in shown
        shown += await stage.get(f"/compare/?a={run_id}&b={fork}")
        found = await compared(stage, run_id, fork)
    finally:
        caller.reset(token)
    assert "max(data" not in shown + json.dumps(found)
    assert found["sources"] == {}


async def test_a_comparison_shows_the_code_that_differs(stage: Stage) -> None:
    """Of a run and its retry the steps that are shared have the same code, and the failed one another."""
    run_id = await failed(stage)
    await mended(stage)
    fork = await proceed_retry.retry(run_id)
    await stage.play(fork)
    found = await compared(stage, run_id, fork)
    keep_pair, charge_pair = found["steps"]
    assert keep_pair["source"][0] == keep_pair["source"][1] is not None
    one, other = charge_pair["source"]
    assert found["sources"] == {one: OLD, other: NEW}
    page = await stage.get(f"/compare/?a={run_id}&b={fork}")
    assert attributes(page, "data-changed") == ["charge"]
    assert "other code" in page
    same = await stage.get(f"/compare/?a={run_id}&b={run_id}")
    assert "data-changed" not in same


async def test_of_workers_that_disagree_nothing_is_said(stage: Stage) -> None:
    """Where two workers with different code lived and neither is known to have had the run, it has no source."""
    await stage.register_worker("w1")
    await stage.register_worker("w2")
    await stage.publish(BILL, sources={"charge": OLD})
    await stage.publish(BILL, sources={"charge": NEW}, worker_id="w2")
    run_id = await actions.start("bill", 0)
    await stage.play(run_id)
    run = await actions.state_of(run_id)
    found = await source_code.executed(run)
    assert [found.source(one) for one in run.steps()] == [None, None]


async def test_long_sources_are_cut_but_told_apart(stage: Stage) -> None:
    """What is kept has a limit; the digest is of all of it."""
    run_id = await failed(stage)
    long = OLD + "# é\ud800\0" * source_code.LONGEST
    await mended(stage, long + "1")
    one = await source_code.current("bill")
    await stage.reload(BILL, sources={"charge": long + "2"}, worker_id="w3")
    other = await source_code.current("bill")
    assert one["charge"] != other["charge"]
    (text,) = (await source_code.texts([other["charge"]])).values()
    assert len(text) < source_code.LONGEST + 100
    assert "more" in text.splitlines()[-1]
    assert "Retry with the new code" in await stage.get(f"/runs/{run_id}/")


async def test_code_is_forgotten_with_its_runs(stage: Stage) -> None:
    """Pruning keeps what a run was executed with, and what is current."""
    await failed(stage)
    await mended(stage)
    await retention.prune(keep=10)
    assert await in_database(StepSource.objects.count) == 3
    await in_database(lambda: WorkflowCode.objects.create(digest="x", workflow_id="bill", steps='{"a":"b"}'))
    await in_database(lambda: StepSource.objects.create(digest="b", text="def a"))
    await retention.prune(keep=0)
    assert await in_database(StepSource.objects.count) == 3
    assert await in_database(WorkflowCode.objects.count) == 2


async def test_runs_without_known_code_are_as_they_were(stage: Stage) -> None:
    """A run of which no worker is known is shown and compared without any word of code."""
    run_id = await stage.suspended()
    page = await stage.get(f"/compare/?a={run_id}&b={run_id}&show=all")
    assert "other code" not in page
    assert (await compared(stage, run_id, run_id))["steps"][0]["source"] == [None, None]
