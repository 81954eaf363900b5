"""Code that changed while a run was suspended, asleep or interrupted."""

import re
from typing import Any

import pytest

from engine import Engine, MemoryStore, Workflow, create_step, create_workflow
from engine.errors import AlreadyResumed, StepNotRun, UnknownStep, WorkflowChanged
from engine.runs.runtime import Runtime
from engine.testing import FakeClock, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, crash, double


def version(*steps: Any) -> Workflow[Any, Any]:
    """Return one version of a workflow."""
    builder = create_workflow(id="w", input_schema=None, output_schema=None)
    for part in steps:
        builder = builder.then(part)
    return builder.commit()


async def test_what_was_recorded_is_kept_by_path_when_code_changes() -> None:
    """A step before the question is changed and one behind it is new: the run goes on with both."""
    store = MemoryStore()
    old, new = version(add_one, ask), version(create_step(id="add_one", execute=lambda data: -1), ask, double)
    run = await Engine([old], store=store).workflow("w").create_run()
    await run.start(1)
    result = await (await Engine([new], store=store).run(run.run_id)).resume(resume_data=21)
    assert (result.result, result.steps["add_one"].output) == (42, 2)


@pytest.mark.parametrize(
    ("new", "gone", "still_there"),
    [
        (version(double, ask), "add_one", "ask"),
        (version(begin("add_one").then(double).commit(), ask), "add_one", "ask"),
        (version(add_one, asking("other")), "ask", "add_one"),
        (begin("w").foreach(add_one).then(ask).commit(), "add_one", "ask"),
    ],
)
async def test_a_recorded_path_that_no_longer_fits_refuses_the_resume(
    new: Workflow[Any, Any], gone: str, still_there: str
) -> None:
    """resume() raises WorkflowChanged, names the steps, records nothing; the run stays readable."""
    store = MemoryStore()
    run = await Engine([version(add_one, ask)], store=store).workflow("w").create_run()
    before = await run.start(1)
    later = await Engine([new], store=store).run(run.run_id)
    for where in ("ask", ["ask"], None):
        with pytest.raises(WorkflowChanged, match=rf"\b{gone}\b") as caught:
            await later.resume(where, 1)
        assert not re.search(rf"\b{still_there}\b", str(caught.value))
    assert (await later.state()).to_dict() == before.to_dict()


@pytest.mark.parametrize("where", ["inner.ask", ["inner", "ask"], "ask", "inner", None])
async def test_an_answer_to_a_step_that_is_gone_names_it(where: Any) -> None:
    """However it is named, and also when another place has a step of its id by now."""
    store = MemoryStore()
    run = await Engine([version(begin("inner").then(ask).commit())], store=store).workflow("w").create_run()
    await run.start(1)
    for new in (version(double), version(begin("other").then(ask).commit())):
        with pytest.raises(WorkflowChanged, match=r"inner"):
            await (await Engine([new], store=store).run(run.run_id)).resume(where, 1)
    assert (await run.state()).suspended == [["inner", "ask"]]


async def test_a_late_second_answer_to_a_step_that_is_gone_is_told_so() -> None:
    """The run has ended, so nothing has to fit any more: the first answer stands."""
    store = MemoryStore()
    run = await Engine([version(add_one, ask)], store=store).workflow("w").create_run()
    await run.start(1)
    await run.resume(resume_data=1)
    with pytest.raises(AlreadyResumed):
        await (await Engine([version(double)], store=store).run(run.run_id)).resume("ask", 2)
    with pytest.raises(UnknownStep):
        await (await Engine([version(double)], store=store).run(run.run_id)).resume("never", 2)


async def test_a_changed_run_can_be_forked() -> None:
    """From a step that is still there the fork goes on with the new code."""
    store = MemoryStore()
    run = await Engine([version(add_one, ask)], store=store).workflow("w").create_run()
    await run.start(1)
    new = Engine([version(add_one, double)], store=store)
    fork = await (await new.run(run.run_id)).fork("add_one")
    result = await fork.start()
    assert (result.status, result.result) == ("success", 4)


async def test_a_run_that_sleeps_outlives_code_that_does_not_fit() -> None:
    """Its timer comes due under code without its steps: restart() names them, and with the former code it goes on."""
    store, clock = MemoryStore(), FakeClock(auto=False)
    old = begin("w").then(add_one).sleep(60).then(double).commit()
    engine = Engine([old], store=store, clock=clock)
    run = await engine.workflow("w").create_run()
    await run.start_async(1)
    await until(run, "run-waiting")
    await engine.close()
    clock.advance(61)
    changed = await Engine([version(double)], store=store, clock=clock).run(run.run_id)
    with pytest.raises(WorkflowChanged, match=r"add_one, sleep-1\. Fork the run"):
        await changed.restart()
    assert (await changed.state()).status == "waiting"
    with pytest.raises(StepNotRun):
        await changed.fork("double")
    assert (await (await Engine([old], store=store, clock=clock).run(run.run_id)).restart()).result == 4


async def test_an_event_is_refused_by_code_that_does_not_fit() -> None:
    """send_event() names the steps that are gone and records nothing; with the former code the event is taken."""
    store = MemoryStore()
    old = begin("w").then(add_one).wait_for_event("go").commit()
    run = await Engine([old], store=store).workflow("w").create_run()
    await run.start_async(1)
    await until(run, "run-waiting")
    events = await store.read(run.run_id)
    for new in (version(double), begin("w").then(double).wait_for_event("go").commit()):
        with pytest.raises(WorkflowChanged, match="add_one"):
            await (await Engine([new], store=store).run(run.run_id)).send_event("go", 5)
    assert await store.read(run.run_id) == events
    await run.send_event("go", 5)
    await until(run, "run-succeeded")


async def test_an_interrupted_run_whose_code_changed_fails_and_says_so() -> None:
    """A run that cannot be asked fails with WorkflowChanged when it is taken over."""
    store = MemoryStore()
    run_id = await crash(version(add_one, double), store, at=2)
    result = await (await Engine([version(double)], store=store).run(run_id)).restart()
    assert (result.status, result.error_detail["type"]) == ("failed", "WorkflowChanged")
    assert "add_one" in result.error


async def test_an_interrupted_run_may_be_left_to_whoever_has_its_code() -> None:
    """Where several processes have several versions, one that does not fit changes nothing, and another goes on."""
    store = MemoryStore()
    old, new = version(add_one, double), version(double)
    run_id = await crash(old, store, at=2)
    events = await store.read(run_id)
    runtime = Runtime(store=store, leaves_changed=True)
    runtime.flows.add(new.flow)
    with pytest.raises(WorkflowChanged, match="add_one"):
        await runtime.segment(run_id, force=True)
    assert await store.read(run_id) == events
    assert (await (await Engine([old], store=store).run(run_id)).restart()).result == 4
