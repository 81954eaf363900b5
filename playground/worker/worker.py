"""The worker process: takes wakes and sweeps the queue, executes runs, answers questions, ends when it is told to."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from channels.layers import get_channel_layer
from channels.routing import ChannelNameRouter
from channels.worker import Worker as ChannelsWorker
from django.db import connection

from engine.events import Event
from engine.execution.ports import Observer
from engine.journal.state import RunState
from engine.journal.store import Claim
from engine.runs.runtime import Runtime
from engine.tree.queues import Destination, queues_of
from playground.catalogue import catalogue
from playground.catalogue.problems import complaints
from playground.fleet import crash_suspects, host, versions
from playground.layers import LocalLayer
from playground.live import nudges
from playground.queues.port import DEFAULT, QueueHost
from playground.scenarios import project_scenarios
from playground.store import OrmStore
from playground.store.database import in_transaction
from playground.store.notices import tell_moved
from playground.store.queue import hand_on
from playground.worker.abandoned_threads import Leftovers
from playground.worker.consumers import CheckConsumer, RunConsumer
from playground.worker.crash_suspects import CrashSuspects
from playground.worker.heartbeat import Heartbeat
from playground.worker.loading.discovery import Discovery
from playground.worker.loading.user_files import changed_since, user_files
from playground.worker.observing.log_context import current_run
from playground.worker.polling import Polling
from playground.worker.queue_wakes import QueueWakes
from playground.worker.schedule_watch import Firing
from playground.worker.slots import Slots
from playground.worker.start_check import begin
from playground.worker.value_checks import judge
from playground.worker.worker_row import OwnRow

LEASE = 15.0
"""Seconds without a sign after which others may take a run over."""
REPORT = 2.0
"""Seconds between two reports of which files to watch."""
TURN = 0.25
"""Seconds between two signs that the event loop turns."""
SHED = 1.0
"""Seconds between two looks for steps that go on although they have ended."""
ASKING = 30.0
"""Seconds after which the supervisor is asked again for a successor, in case that the one before gave way."""
STOPPING = 2.0
"""Seconds for interrupted runs to be given back."""

logger = logging.getLogger("playground.worker")


def _die() -> None:
    """Kill this process at once, as a rehearsal wants it; the supervisor replaces it."""
    os.kill(os.getpid(), signal.SIGKILL)


async def _hand_on(claim: Claim, destination: Destination) -> None:
    await in_transaction(hand_on, claim.run_id, claim.epoch, destination.queue, destination.priority)


class Worker:
    """Executes the runs of the workflows that were found."""

    def __init__(
        self,
        *,
        worker_id: str,
        site: Sequence[str],
        discovery: Discovery,
        row: OwnRow,
        pulse: Heartbeat,
        limit: int,
        grace: float = 0.0,
        env_file: Path | None = None,
        after: Collection[str] = (),
        only: str | None = None,
        arms: bool = False,
        host: QueueHost | None = None,
        queues: Sequence[str] = (),
        observer: Observer | None = None,
    ) -> None:
        """Take what was imported, how many runs to execute at once, and which modules the worker before holds.

        Arguments: `grace` gives the seconds for which runs go on when the worker is told to end; `only` is the id of
        the one run that it may execute; `arms` tells whether schedules are armed that nobody has disarmed;
        `host` serves the distributed queue in use, and `queues` are those to take from, else those of the workflows;
        `observer` is told of what is executed.
        """
        self._is_brought = host is not None and only is None
        named = {name for found in discovery.found for name in queues_of(found.workflow.flow)}
        # What was handed to this worker by name is executed here, as far as it can be.
        self._queues = tuple(queues or sorted({DEFAULT, *named})) if self._is_brought else ()
        self._nudges = nudges.Nudges(tell_moved)
        self._store = OrmStore(moved=self._nudges.moved)
        self._runtime = Runtime(
            store=self._store,
            owner=worker_id,
            lease=LEASE,
            leaves_changed=connection.vendor != "sqlite",
            die=_die,
            queues=self._queues,
            hand_on=None if not self._is_brought else _hand_on,
            observer=observer,
        )
        for found in discovery.found:
            self._runtime.flows.add(found.workflow.flow)
        self._worker_id = worker_id
        self._site = site
        self._digests = frozenset(one.entry.digest for one in discovery.found)
        self._discovery = discovery
        self._row = row
        self._pulse = pulse
        self._firing = Firing(self._fired)
        self._suspects = CrashSuspects(passed=lambda: self._taking.look())
        self._slots = Slots(
            self._runtime,
            self._begin,
            limit=limit,
            freed=lambda state: self._taking.rested(state),
            is_shut=lambda: self._suspects.beginning,
        )
        flows = self._runtime.flows
        self._taking: Polling | QueueWakes = Polling(self._slots, workflow_ids=flows, digests=self._digests, only=only)
        if host is not None and only is None:
            self._taking = QueueWakes(
                host, self._slots, worker_id=worker_id, flows=flows, queues=self._queues, concurrency=limit
            )
        self._stop = asyncio.Event()
        self._grace = grace
        self._after = after
        self._only = only
        self._arms = arms
        # What did not import is not among the modules, and is what will be saved next; variables are no module at all.
        self._beside = tuple(problem.file for problem in discovery.problems if problem.file)
        if env_file is not None:
            self._beside += (str(env_file),)
        self._files = (*user_files(), *self._beside)
        self._answers: set[asyncio.Task[None]] = set()
        self._started_at = time.time()
        self._left = ""
        """What goes on in the worker's threads although it has ended."""

    def running(self) -> Sequence[str]:
        """Return the ids of the runs in execution; for any thread."""
        return self._slots.busy

    def stop(self) -> None:
        """End soon, as on SIGTERM."""
        self._stop.set()

    async def run(self) -> None:
        """Publish the catalogue, then execute runs until told to stop."""
        missing = sorted({problem.module for problem in self._discovery.problems}.intersection(self._after))
        self._complain("runs go on with the code of before" if missing else "its runs wait until it does")
        if missing:
            await self._give_way(missing)
            return
        await catalogue.publish(
            [found.entry for found in self._discovery.found],
            self._discovery.problems,
            worker_id=self._worker_id,
            site=self._site,
            arms=self._arms,
        )
        async with asyncio.TaskGroup() as tasks:
            self._slots.open(tasks)
            beside = [
                tasks.create_task(work)
                for work in (
                    self._turn(),
                    self._report(),
                    self._nudges.send(),
                    self._shed(),
                    self._listen(tasks),
                )
            ]
            await in_transaction(self._row.ready, self._queues)
            taking = tasks.create_task(self._taking.serve())
            self._begin_firing()
            await self._tell_supervisor({"imported": sorted(self._discovery.imported)})
            await nudges.nudge_catalogue()
            if self._only is None:
                beside.append(tasks.create_task(self._play_scenarios()))
            await self._stop.wait()
            await self._tell_supervisor({"ending": True})
            self._firing.stop()
            taking.cancel()
            await self._wind_up()
            await asyncio.wait([taking], timeout=STOPPING)
            # A check may never return; whoever waits for its answer asks another worker, or the schema.
            for task in (*beside, *self._answers):
                task.cancel()
        self._store.close()

    async def _play_scenarios(self) -> None:
        try:
            await project_scenarios.run_after_reload(self._worker_id, list(self._runtime.flows))
        except Exception:
            # It is a service beside the runs, which go on.
            logger.exception("scenarios could not be played after the reload")

    def _begin_firing(self) -> None:
        """Start what schedules are due for; a worker that is there for one run leaves that to others."""
        self._loop = asyncio.get_running_loop()
        if self._only is None:
            self._firing.start()

    def _fired(self, run_ids: Sequence[str]) -> None:
        self._loop.call_soon_threadsafe(self._tell_fired, run_ids)

    def _tell_fired(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            self._nudges.moved(run_id, True)
        self._taking.look()

    def _complain(self, consequence: str) -> None:
        """Say in the terminal what did not import; the command that has a worker of its own says it itself."""
        if self._only is not None:
            return
        for complaint in complaints(self._discovery.problems):
            logger.warning("%s; %s.", complaint, consequence)

    async def _give_way(self, missing: Sequence[str]) -> None:
        """End without having taken a run, since the worker before holds what did not import here."""
        await self._tell_supervisor({"files": list(self._files)})
        await catalogue.publish_problems(self._discovery.problems, worker_id=self._worker_id)
        reason = f"gave way to the worker before it, since {', '.join(missing)} did not import"
        await in_transaction(self._row.stopping, reason)
        await in_transaction(self._row.ended)
        await nudges.nudge_catalogue()
        self._store.close()

    async def _wind_up(self) -> None:
        saved = changed_since(self._files, self._started_at)
        reason = "interrupted by reload" if saved else "its worker was stopped"
        await in_transaction(self._row.stopping, self._left or reason)
        await self._slots.drain(seconds=0.0 if self._pulse.gone else self._grace)
        await self._slots.close(seconds=STOPPING)
        await in_transaction(self._row.ended)
        await nudges.nudge_lists()
        await nudges.nudge_catalogue()

    async def _begin(self, run_id: str) -> RunState | None:
        segment = partial(begin, self._runtime, run_id, owner=self._worker_id, lease=LEASE, is_left=self._is_left)
        current_run.set(run_id)
        run = await (self._suspects.begin(segment) if await crash_suspects.would_pay(run_id) else segment())
        if run is not None:
            logger.info("a run of %s came to rest: %s", run.workflow_id, run.status)
        return run

    async def _is_left(self, created: Event) -> bool:
        """Tell whether only others have a run's version; asked anew, since one may have come a moment ago."""
        digest = created.payload.get("digest", "")
        left = digest not in self._digests and digest in await versions.others(self._digests)
        if self._is_brought and (left or created.payload["workflow_id"] not in self._runtime.flows):
            # What looks for itself sees only what it can do; a queue brings whatever it holds.
            await versions.hand_on(created.run_id, self._worker_id)
            return True
        return left

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        """Hear messages, as a worker of Channels."""
        layer = get_channel_layer()
        if layer is None:
            raise RuntimeError("a worker needs a channel layer")
        own = await layer.new_channel()
        await layer.group_add(nudges.WORKERS, own)
        # What a queue brings is not taken past it; but who executes a run reads what was recorded.
        wake = self._slots.offer if not self._is_brought else self._news
        runs = RunConsumer.as_asgi(wake=wake, news=self._news, taken=self._runtime.stop)
        checks = CheckConsumer.as_asgi(ask=lambda question: self._ask(tasks, question))
        router = ChannelNameRouter({nudges.WAKES: runs, own: runs, nudges.CHECKS: checks})
        server = ChannelsWorker(router, [nudges.WAKES, own, nudges.CHECKS], layer)
        await server.arun()  # type: ignore[no-untyped-call]

    def _news(self, run_id: str) -> None:
        self._store.poke(run_id)
        self._runtime.notice(run_id)

    def _ask(self, tasks: asyncio.TaskGroup, question: dict[str, Any]) -> None:
        """Begin to answer a question."""
        task = tasks.create_task(self._answer(question))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, question: dict[str, Any]) -> None:
        await nudges.answer(question["reply_to"], await judge(self._runtime, question))

    async def _turn(self) -> None:
        while True:
            self._pulse.turned()
            if self._pulse.gone:
                # What goes on here is not recorded any more; a successor is known to all as a new one.
                self.stop()
            await asyncio.sleep(TURN)

    async def _shed(self) -> None:
        """Name steps that go on although they have ended, and have the worker replaced when nothing else runs in it."""
        leftovers = Leftovers()
        asked_at = -ASKING
        while True:
            left = leftovers.look()
            if bool(left) != bool(self._left):
                await in_transaction(self._row.remark, left)
                await nudges.nudge_catalogue()
            self._left = left
            if left and not self._slots.busy and time.monotonic() - asked_at >= ASKING:
                asked_at = time.monotonic()
                await host.order(self._worker_id, "renew")
            await asyncio.sleep(SHED)

    async def _report(self) -> None:
        """Tell the supervisor which files to watch; steps may import more later."""
        reported: tuple[str, ...] = ()
        while True:
            if self._files != reported:
                reported = self._files
                await self._tell_supervisor({"files": list(reported)})
            await asyncio.sleep(REPORT)
            self._files = (*await asyncio.to_thread(user_files), *self._beside)

    async def _tell_supervisor(self, facts: dict[str, Any]) -> None:
        layer = get_channel_layer()
        if isinstance(layer, LocalLayer):
            await layer.report(facts)
