"""Worker processes: they publish the catalogue, execute runs, and hand over when they end."""

import asyncio
import os

import pytest
from django.db.models import Q

from engine.errors import (
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    RunAlreadyStarted,
    RunFinished,
    StartRefused,
    UnknownStep,
)
from engine.journal.state import RunState
from playground.actions import actions
from playground.catalogue import catalogue
from playground.fleet import workers
from playground.models import Run
from playground.runs import lists
from playground.runs.inbox import inbox_count, read_inbox
from playground.runs.queue_position import queue_length, standing_of
from tests.worker.project import Yard

GREET = """
    from pydantic import BaseModel, field_validator
    from engine import Context, create_workflow, step

    class Name(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def known(cls, name: str) -> str:
            if name == "nobody":
                raise ValueError("nobody is not invited")
            return name.strip()

    @step
    async def greet(data: Name) -> str:
        return f"Hello {data.name}"

    @step(resume_schema=Name)
    async def ask(data: str, ctx: Context) -> str:
        return f"{data} and {ctx.suspend({'who': 'else'}).name}"

    greeting = create_workflow(id="greeting", input_schema=Name, output_schema=str).then(greet).then(ask).commit()
"""


async def test_a_run_goes_from_start_to_answer_to_result(yard: Yard) -> None:
    """A worker publishes a workflow, runs it, waits for a person, and goes on after the answer."""
    await yard.start(yard.write("greet.py", GREET))
    (entry,) = await catalogue.workflows()
    assert (entry.workflow_id, entry.input_schema["properties"]["name"]["type"]) == ("greeting", "string")
    run_id = await actions.start("greeting", {"name": " Ada "})
    await yard.run(run_id, lambda run: run.status == "suspended")
    (item,) = (await read_inbox()).items
    assert (item.path, item.payload) == (("ask",), {"who": "else"})
    assert item.resume_schema["properties"]["name"]["type"] == "string"
    await actions.resume(run_id, "ask", {"name": "Grace"})
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", "Hello Ada and Grace")
    assert await inbox_count() == 0


async def test_a_worker_refuses_what_only_the_code_knows(yard: Yard) -> None:
    """A validator of the user's refuses a start and an answer with field errors; no run is made, the question stays."""
    await yard.start(yard.write("greet.py", GREET))
    with pytest.raises(InvalidInput, match="Nobody is not invited") as refused:
        await actions.start("greeting", {"name": "nobody"})
    assert [issue.path for issue in refused.value.issues] == [("name",)]
    assert (await lists.page()).rows == ()
    run_id = await actions.start("greeting", {"name": "Ada"})
    await yard.run(run_id, lambda run: run.status == "suspended")
    with pytest.raises(InvalidResumeData, match="Nobody is not invited"):
        await actions.resume(run_id, "ask", {"name": "nobody"})
    assert (await actions.state_of(run_id)).status == "suspended"


async def test_a_start_without_a_worker_is_checked_when_one_comes(yard: Yard) -> None:
    """With no worker the JSON Schema decides; what the code refuses later ends as a failed run with the same errors."""
    module = yard.write("greet.py", GREET)
    first = await yard.start(module)
    await yard.kill(first)
    with pytest.raises(InvalidInput):
        await actions.start("greeting", {"name": 5})
    good = await actions.start("greeting", {"name": "Ada"})
    bad = await actions.start("greeting", {"name": "nobody"})
    standing = await standing_of(bad)
    assert standing is not None
    assert (standing.owner, standing.ahead) == (None, 1)
    await yard.start(module)
    await yard.run(good, lambda run: run.status == "suspended")
    failed = await yard.ended(bad)
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["issues"][0]["path"] == ["name"]


DEFAULTS = """
    from pydantic import BaseModel
    from engine import create_workflow, from_init, template

    class Order(BaseModel):
        magazine: str = "x"
        copies: int = 1

    class State(BaseModel):
        printed: int = 7

    defaults = (
        create_workflow(id="defaults", input_schema=Order, output_schema=None, state_schema=State)
        .map({"magazine": from_init("magazine"), "text": template("{init.magazine} {init.copies} {state.printed}")})
        .commit()
    )
"""


@pytest.mark.parametrize("created", [False, True], ids=["started", "created first"])
@pytest.mark.parametrize("at_hand", [True, False], ids=["worker", "no worker"])
async def test_what_reads_the_input_sees_its_defaults(yard: Yard, at_hand: bool, created: bool) -> None:
    """Keys that were left out are recorded as their defaults, whether a worker was there at the start or came later."""
    module = yard.write("defaults.py", DEFAULTS)
    first = await yard.start(module)
    if not at_hand:
        await yard.kill(first)
    run_id = await actions.create("defaults") if created else None
    run_id = await actions.start("defaults", {"copies": 2}, run_id=run_id)
    if not at_hand:
        await yard.start(module)
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", {"magazine": "x", "text": "x 2 7"})
    assert (run.root.input, run.state) == ({"magazine": "x", "copies": 2}, {"printed": 7})
    fork = await yard.ended(await actions.fork(run_id, "map-1"))
    assert (fork.root.input, fork.result) == (run.root.input, run.result)


async def test_a_created_run_waits_for_its_start(yard: Yard) -> None:
    """A run that was created stays pending, also after a refused start, until it is started once."""
    await yard.start(yard.write("greet.py", GREET))
    run_id = await actions.create("greeting", run_id="mine", resource_id="order 7")
    with pytest.raises(InvalidInput):
        await actions.start("greeting", {"name": "nobody"}, run_id=run_id)
    assert (await actions.state_of(run_id)).status == "pending"
    await actions.start("greeting", {"name": "Ada"}, run_id=run_id)
    run = await yard.run(run_id, lambda run: run.status == "suspended")
    assert run.resource_id == "order 7"
    with pytest.raises(RunAlreadyStarted):
        await actions.start("greeting", {"name": "Ada"}, run_id=run_id)


HASTY = """
    from engine import Context, create_workflow, step

    @step
    def ask(data: float, ctx: Context) -> str:
        return ctx.suspend("Well?", answer={"enum": ["yes", "no"]}, timeout=data, default="no")

    hasty = create_workflow(id="hasty", input_schema=float, output_schema=str).then(ask).commit()
"""


async def test_a_worker_acts_on_the_deadline_of_an_answer(yard: Yard) -> None:
    """The run rests until then, without a worker of its own; a worker that comes later does what was due meanwhile."""
    module = yard.write("hasty.py", HASTY)
    first = await yard.start(module)
    soon, later = await actions.start("hasty", 0.3), await actions.start("hasty", 2)
    ended = await yard.ended(soon)
    assert (ended.result, ended.root.children["ask"].replies[-1].by) == ("no", "default")
    await yard.run(later, lambda run: run.status == "suspended" or run.ended)
    await yard.kill(first)
    await yard.start(module)
    assert (await yard.ended(later)).result == "no"
    patient = await actions.start("hasty", 3600)
    await yard.run(patient, lambda run: run.status == "suspended")
    with pytest.raises(InvalidResumeData, match="expected one of"):
        await actions.resume(patient, "ask", "perhaps")
    await actions.resume(patient, "ask", "yes")
    assert (await yard.ended(patient)).result == "yes"


SLOW = """
    import asyncio, os
    from engine import Context, create_workflow, step

    @step
    async def wait(data: str, ctx: Context) -> str:
        if ctx.attempt == 1:
            ctx.write("waiting")
            await asyncio.sleep(60)
        return f"{data} at attempt {ctx.attempt}"

    @step
    async def shut(data: str, ctx: Context) -> str:
        if ctx.attempt == 1:
            open(data).read()  # blocks the event loop
        return data

    @step
    async def die(data: str) -> str:
        os.kill(os.getpid(), 9)

    def flow(id, step):
        return create_workflow(id=id, input_schema=str, output_schema=str).then(step).commit()

    slow, blocking, deadly = flow("slow", wait), flow("blocking", shut), flow("deadly", die)
    nap = create_workflow(id="nap", input_schema=str, output_schema=str).sleep(0.3).commit()
    event = create_workflow(id="event", input_schema=str, output_schema=int).wait_for_event("go", schema=int).commit()
"""


def waits(run: RunState) -> bool:
    """Tell whether the step is in its sleep."""
    return run.status == "running" and bool(run.open)


async def test_a_running_run_is_cancelled(yard: Yard) -> None:
    """A cancel from the page stops the step that runs; the worker takes the next run."""
    await yard.start(yard.write("slow.py", SLOW))
    run_id = await actions.start("slow", "a")
    await yard.run(run_id, waits)
    await actions.cancel(run_id, "enough")
    run = await yard.ended(run_id)
    assert run.status == "canceled"
    with pytest.raises(RunFinished):
        await actions.cancel(run_id)
    await yard.until(_idle)


async def _idle() -> bool:
    return all(not worker.running for worker in await workers.listing())


async def test_a_timer_ends_on_time(yard: Yard) -> None:
    """A run that sleeps is owned by nobody and goes on when its timer is due, not at the next sweep."""
    never = "\n    from playground.worker import polling\n    polling.SWEEP = 10_000\n"
    await yard.start(yard.write("slow.py", SLOW + never))
    run_id = await actions.start("nap", "a")
    run = await yard.ended(run_id)
    step = run.find(("sleep-1",))
    assert step is not None
    assert step.started_at is not None
    assert step.ended_at is not None
    assert (step.ended_at - step.started_at).total_seconds() >= 0.3


async def test_an_event_is_sent_to_a_waiting_run(yard: Yard) -> None:
    """An event is checked by the worker and ends the wait."""
    await yard.start(yard.write("slow.py", SLOW))
    run_id = await actions.start("event", "a")
    await yard.run(run_id, lambda run: run.status == "waiting")
    with pytest.raises(InvalidEventPayload):
        await actions.send_event(run_id, "go", "x")
    with pytest.raises(UnknownStep, match="'stop'"):
        await actions.send_event(run_id, "stop", 1)
    await actions.send_event(run_id, "go", 7)
    assert (await yard.ended(run_id)).result == 7


async def test_a_fork_goes_on_from_a_step(yard: Yard) -> None:
    """A fork shares the history before a step and runs that step again with another input."""
    await yard.start(yard.write("greet.py", GREET))
    run_id = await actions.start("greeting", {"name": "Ada"})
    await yard.run(run_id, lambda run: run.status == "suspended")
    new_id = await actions.fork(run_id, "ask", "Good day")
    run = await yard.run(new_id, lambda run: run.status == "suspended")
    await actions.resume(new_id, None, {"name": "Grace"})
    run = await yard.ended(new_id)
    assert run.result == "Good day and Grace"
    assert run.forked_from is not None
    assert run.forked_from["from_run_id"] == run_id


async def test_a_restarted_run_begins_its_step_again(yard: Yard) -> None:
    """The worker that executes it stops the step at once and begins it again; that counts as no loss."""
    await yard.start(yard.write("slow.py", SLOW))
    run_id = await actions.start("slow", "a")
    await yard.run(run_id, waits)
    await actions.restart(run_id)
    assert (await yard.ended(run_id)).result == "a at attempt 2"
    (recovered,) = [event for event in await actions.store.read(run_id) if event.type == "run-recovered"]
    assert recovered.payload["lost"] == 0


async def test_a_stopped_worker_hands_its_runs_over(yard: Yard) -> None:
    """SIGTERM interrupts a step; the next worker runs it again at once and the journal says why."""
    module = yard.write("slow.py", SLOW)
    first = await yard.start(module)
    run_id = await actions.start("slow", "a")
    await yard.run(run_id, waits)
    first.terminate()
    await yard.gone(first)
    (row,) = await workers.listing()
    assert (row.status, row.exit) == ("ended", "its worker was stopped")
    await yard.start(module)
    run = await yard.ended(run_id)
    assert run.result == "a at attempt 2"
    (recovered,) = [event for event in await actions.store.read(run_id) if event.type == "run-recovered"]
    assert recovered.payload == {"reason": "its worker was stopped", "interrupted": [["wait"]], "lost": 0}


async def test_what_was_printed_before_a_crash_is_kept(yard: Yard) -> None:
    """The journal tells how the worker was lost and what it printed last; its row keeps all of it."""
    code = """
        import os
        from engine import Context, create_workflow, step

        @step
        async def die(data: str, ctx: Context) -> str:
            if ctx.attempt == 1:
                print("on my way")
                print("about to die")
                os._exit(5)
            return data

        deadly = create_workflow(id="deadly", input_schema=str, output_schema=str).then(die).commit()
    """
    module = yard.write("deadly.py", code)
    first = await yard.start(module)
    run_id = await actions.start("deadly", "a")
    await yard.gone(first)
    (row,) = await workers.listing()
    assert (row.exit, row.tail) == ("exit code 5; it printed last: about to die", "on my way\nabout to die\n")
    await yard.start(module)
    await yard.ended(run_id)
    (recovered,) = [event for event in await actions.store.read(run_id) if event.type == "run-recovered"]
    assert recovered.payload["reason"] == row.exit


async def test_a_step_whose_task_ends_the_program_pays_for_it(yard: Yard) -> None:
    """What goes through the event loop counts as a death of the step's own, and does not kill worker after worker."""
    code = """
        import asyncio
        from engine import Context, create_workflow, step

        async def interrupt():
            raise KeyboardInterrupt

        @step
        async def die(data: str, ctx: Context) -> str:
            if ctx.attempt == 1:
                await asyncio.create_task(interrupt())
            return data

        deadly = create_workflow(id="deadly", input_schema=str, output_schema=str).then(die).commit()
    """
    module = yard.write("deadly.py", code)
    first = await yard.start(module)
    run_id = await actions.start("deadly", "a")
    await yard.gone(first)
    await yard.start(module)
    await yard.ended(run_id)
    (recovered,) = [event for event in await actions.store.read(run_id) if event.type == "run-recovered"]
    assert recovered.payload["lost"] == 1
    assert "exit code 1" in recovered.payload["reason"]


async def test_a_reload_is_named(yard: Yard) -> None:
    """A worker that stops after its source was saved says that a reload interrupted the step."""
    module = yard.write("slow.py", SLOW)
    first = await yard.start(module)
    run_id = await actions.start("slow", "a")
    await yard.run(run_id, waits)
    yard.write("slow.py", SLOW + "\n    # saved\n")
    first.terminate()
    await yard.gone(first)
    await yard.start(module)
    await yard.ended(run_id)
    (recovered,) = [event for event in await actions.store.read(run_id) if event.type == "run-recovered"]
    assert recovered.payload["reason"] == "interrupted by reload"


async def test_a_blocked_event_loop_is_named(yard: Yard) -> None:
    """The worker's row says which step blocks it, for how long and at which line, while it is blocked."""
    await yard.start(yard.write("slow.py", SLOW))
    os.mkfifo(held := yard.folder / "held")
    run_id = await actions.start("blocking", str(held))

    async def blocked() -> bool:
        (worker,) = await workers.listing()
        found.append(worker.blocked)
        # A busy machine may hold the loop before the step does.
        return worker.blocked is not None and worker.blocked.run_id is not None

    found: list[workers.Blocked | None] = []
    await yard.until(blocked)
    last = found[-1]
    assert last is not None
    assert (last.run_id, last.step) == (run_id, "shut")
    assert last.source == "open(data).read()  # blocks the event loop"
    assert last.seconds >= 1
    await asyncio.to_thread(held.write_text, "go on")
    assert (await yard.ended(run_id)).status == "success"


async def test_more_runs_than_slots_wait_in_the_queue(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker executes a limited number of runs at once; the others stand in the queue and have their turn."""
    monkeypatch.setenv("STEPYARD_CONCURRENT_RUNS", "1")
    await yard.start(yard.write("slow.py", SLOW))
    first = await actions.start("slow", "a")
    await yard.run(first, waits)
    second = await actions.start("nap", "b")
    assert await queue_length() == 1
    standing = await standing_of(second)
    assert standing is not None
    assert standing.queued_at is not None
    await actions.cancel(first)
    assert (await yard.ended(second)).status == "success"


NOTES = """
    from engine import create_workflow

    begun = create_workflow(id="notes", input_schema=int, output_schema=str)
    first = begun.wait_for_event("note", schema=int, id="number")
    notes = first.wait_for_event("note", schema=str, id="text").commit()
"""


@pytest.mark.parametrize("at_hand", [True, False], ids=["worker", "no worker"])
async def test_an_event_is_for_the_wait_that_it_fits(yard: Yard, at_hand: bool) -> None:
    """Of two waits for one name each has its own schema, also when no worker can be asked."""
    module = yard.write("notes.py", NOTES)
    worker = await yard.start(module)
    run_id = await actions.start("notes", 1)
    await yard.run(run_id, lambda run: run.status == "waiting")
    if not at_hand:
        await yard.kill(worker)
    with pytest.raises(InvalidEventPayload):
        await actions.send_event(run_id, "note", "a", path=("number",))
    with pytest.raises(InvalidEventPayload):
        await actions.send_event(run_id, "note", [])
    await actions.send_event(run_id, "note", "kept")
    assert (await actions.state_of(run_id)).status == "waiting"
    await actions.send_event(run_id, "note", 7, path=("number",))
    if not at_hand:
        await yard.start(module)
    assert (await yard.ended(run_id)).result == "kept"


HOOKED = """
    import os
    from pathlib import Path
    from engine import Context, create_workflow, step

    CALLS = Path(__file__).with_name("calls")

    def note(result):
        with CALLS.open("a") as calls:
            calls.write(f"{result.status}\\n")
        if CALLS.with_name("deadly").exists():
            CALLS.with_name("deadly").unlink()
            os.kill(os.getpid(), 9)

    @step
    async def ask(data: str, ctx: Context) -> str:
        return ctx.suspend()

    @step
    async def wait(data: str) -> str:
        import asyncio
        await asyncio.sleep(60)

    def flow(id, step):
        return create_workflow(id=id, input_schema=str, output_schema=str, on_finish=note).then(step).commit()

    asking, waiting = flow("asking", ask), flow("waiting", wait)
"""


@pytest.mark.parametrize("workflow_id", ["asking", "waiting"])
async def test_a_cancel_from_the_page_is_followed_by_the_hooks(yard: Yard, workflow_id: str) -> None:
    """Also of a run that no worker executes, and at a time when there is no worker; once."""
    module = yard.write("hooked.py", HOOKED)
    worker = await yard.start(module)
    run_id = await actions.start(workflow_id, "a")
    await yard.run(run_id, lambda run: run.open)
    await actions.cancel(run_id)
    await yard.until(lambda: _called(yard, "canceled\n"))
    if workflow_id == "asking":
        run_id = await actions.start(workflow_id, "a")
        await yard.run(run_id, lambda run: run.status == "suspended")
        await yard.kill(worker)
        await actions.cancel(run_id)
        assert await queue_length() == 0
        await yard.start(module)
        await yard.until(lambda: _called(yard, "canceled\ncanceled\n"))
    await yard.until(_nothing_left)


async def test_a_hook_that_kills_its_worker_is_called_by_the_next(yard: Yard) -> None:
    """The run has ended and stays so; the journal tells how the worker was lost."""
    module = yard.write("hooked.py", HOOKED)
    (yard.folder / "deadly").touch()
    first = await yard.start(module)
    run_id = await actions.start("asking", "a")
    await yard.run(run_id, lambda run: run.status == "suspended")
    await actions.resume(run_id, None, "b")
    await yard.gone(first)
    assert (await actions.state_of(run_id)).status == "success"
    await yard.start(module)
    await yard.until(lambda: _called(yard, "success\nsuccess\n"))
    await yard.until(_nothing_left)
    (note,) = [event.payload for event in await actions.store.read(run_id) if event.type == "step-log"]
    assert (note["logger"], note["deaths"], "killed by SIGKILL" in note["message"]) == ("hooks", 1, True)


DOOR = """
    from pathlib import Path
    from engine import create_workflow, step

    CLOSED = Path(__file__).with_name("closed")

    def on_start(run):
        if CLOSED.exists():
            raise PermissionError("not now")

    @step
    async def work(data: str) -> str:
        return data

    door = create_workflow(id="door", input_schema=str, output_schema=str, on_start=on_start).then(work).commit()
"""


async def test_a_fork_is_refused_by_the_workflow(yard: Yard) -> None:
    """on_start is asked by a worker before a fork is made; with none at hand, by the one that begins the fork."""
    module = yard.write("door.py", DOOR)
    worker = await yard.start(module)
    run_id = await actions.start("door", "a")
    await yard.ended(run_id)
    (yard.folder / "closed").touch()
    with pytest.raises(StartRefused, match="refused the start: not now"):
        await actions.fork(run_id, "work")
    assert len((await lists.page()).rows) == 1
    await yard.kill(worker)
    shut_out = await actions.fork(run_id, "work")
    await yard.start(module)
    run = await yard.ended(shut_out)
    assert run.error is not None
    assert (run.status, run.error["type"]) == ("failed", "StartRefused")
    (yard.folder / "closed").unlink()
    assert (await yard.ended(await actions.fork(run_id, "work", "b"))).result == "b"


async def _called(yard: Yard, text: str) -> bool:
    calls = yard.folder / "calls"
    return calls.exists() and calls.read_text() == text


async def _nothing_left() -> bool:
    return not await Run.objects.filter(Q(queued_at__isnull=False) | Q(leased_until__isnull=False)).aexists()
