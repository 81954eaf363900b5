"""Record the journals of the current format, once for each release of it: ``python -m tests.golden.record 1``."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from engine import Engine, Failure, MemoryStore, Rehearsal, Run
from engine.journal.breakpoints import record_wake
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, until
from tests.golden.workflows import WORKFLOWS

HERE = Path(__file__).parent


class Recorder:
    """Runs the workflows and writes down their journals and results."""

    def __init__(self, into: Path) -> None:
        """Take the folder to write into."""
        self.into = into
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        self.engine = Engine(WORKFLOWS, store=self.store, clock=self.clock)
        self.engine.runtime.new_id = lambda: "forked"

    async def save(self, name: str, run: Run[Any, Any]) -> None:
        """Write a run's events, one a line, and its result."""
        events = [event.to_dict() for event in await self.store.read(run.run_id)]
        lines = "\n".join(json.dumps(event, sort_keys=True) for event in events)
        result = json.dumps((await run.state()).to_dict(), indent=1, sort_keys=True)
        (self.into / f"{name}.jsonl").write_text(_anywhere(lines) + "\n")
        (self.into / f"{name}.json").write_text(_anywhere(result) + "\n")

    async def run(self, workflow: str, run_id: str) -> Run[Any, Any]:
        """Return a new run."""
        return await self.engine.workflow(workflow).create_run(run_id=run_id, resource_id="order-7")

    async def succeeded(self) -> None:
        """A run with every construct, that is interrupted, answered, sent an event, and forked at its end."""
        doomed = Engine(WORKFLOWS, store=FaultPoint(self.store, at=1, durable=True), clock=self.clock)
        run = await doomed.workflow("whole").create_run(run_id="whole")
        try:
            await run.start({"what": "numbers", "count": 3}, request_context={"user": "Ada"}, initial_state={"n": 0})
        except SimulatedCrash:
            run = await self.engine.run("whole")
        await run.restart()
        await run.resume("ask", 10)
        await run.send_event("paid", {"amount": 5})
        await run.resume("ask", 20)
        await self.save("succeeded", run)
        fork = await run.fork("count", 100)
        await fork.start()  # the event that was sent early is shared history, and kept for the wait here too
        await self.save("forked", fork)

    async def failed(self) -> None:
        """A run that fails beside an open question."""
        run = await self.run("failing", "failed")
        await run.start(1)
        await self.save("failed", run)

    async def canceled(self) -> None:
        """A run that is cancelled while it is suspended, and one that is left suspended."""
        for name in ("canceled", "suspended"):
            run = await self.run("waiting", name)
            await run.start(1)
            await run.resume("ask", 2)
            if name == "canceled":
                await run.cancel()
            await self.save(name, run)

    async def expired(self) -> None:
        """A run whose questions nobody answers in time."""
        run = await self.run("hasty", "expired")
        await run.start(1)
        await until(run, "run-succeeded")
        await self.save("expired", run)

    async def undone(self) -> None:
        """A run with a race and a failure that is caught, which fails in the end and is undone."""
        run = await self.run("planned", "undone")
        await run.start(1)
        await self.save("undone", run)

    async def paused(self) -> None:
        """A rehearsed run that pauses, goes on, and pauses again."""
        plan = Rehearsal(
            results={"ask": 5},
            failures={"count": Failure(times=2, type="TimeoutError", message="no answer")},
            delays={"fetch": 2.5},
        )
        run = await self.run("whole", "paused")
        await run.start({"what": "numbers", "count": 3}, breakpoints=["add_one", "count"], rehearsal=plan)
        await run.proceed(step="items.add_one[0]", input_data=10)
        await run.proceed(breakpoints=["count"])
        await self.save("paused", run)

    async def tagged(self) -> None:
        """A run that is given a name and tags before its start, and others while it waits."""
        run = await self.run("waiting", "tagged")
        await run.tag("nightly", "shop", name="First")
        await run.start(1)
        await run.tag("late", name=None, remove=["shop"])
        await self.save("tagged", run)

    async def woken(self) -> None:
        """A run whose timer is ended by somebody."""
        clock = FakeClock(auto=False)
        run = await Engine(WORKFLOWS, store=self.store, clock=clock).workflow("drowsy").create_run(run_id="woken")
        await run.start_async(1)
        await until(run, "run-waiting")
        await record_wake(self.store, clock, "woken", ("nap",))
        await until(run, "run-succeeded")
        await self.save("woken", run)

    async def labeled(self) -> None:
        """A run whose items are called something."""
        run = await self.run("labeled", "labeled")
        await run.start([1, 2])
        await self.save("labeled", run)


def _anywhere(text: str) -> str:
    """Replace the place where the workflows stand on this computer."""
    return text.replace(str(HERE), "/srv/app")


async def main(version: str) -> None:
    """Record everything."""
    into = HERE / version
    into.mkdir(exist_ok=True)
    recorder = Recorder(into)
    await recorder.succeeded()
    await recorder.failed()
    await recorder.canceled()
    await recorder.expired()
    await recorder.undone()
    await recorder.paused()
    await recorder.tagged()
    await recorder.labeled()
    await recorder.woken()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
