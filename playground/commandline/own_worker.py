"""The worker of a command's own: started when no playground's worker takes the run, ended with the command."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from channels.layers import get_channel_layer

from engine.errors import UnknownWorkflow
from playground.catalogue import catalogue
from playground.catalogue.problems import complaints, told
from playground.commandline.exit_codes import CommandRefused
from playground.commandline.progress import Progress
from playground.configuration import Configuration
from playground.fleet.host import attend
from playground.fleet.hung_workers import watch_over
from playground.fleet.workers import FATAL, exit_text, record_exit, restricted
from playground.layers import LocalLayer
from playground.supervisor import Supervisor, WorkerExit, worker_command
from playground.worker.loading.discovery import site

SLOW = 5.0
"""Seconds after which it is said that the code is still being imported."""


@dataclass(slots=True, kw_only=True)
class OwnWorker:
    """Whoever executes one run: the workers of a running playground, else a worker of this command."""

    run_id: str
    given: Sequence[str]
    """The modules that the command names."""
    progress: Progress
    configuration: Configuration
    tasks: asyncio.TaskGroup
    modules: tuple[str, ...] = ()
    """What the command's own worker has imported."""
    beside: list["asyncio.Task[None]"] = field(default_factory=list)

    @property
    def own(self) -> bool:
        """Tell whether the command has a worker of its own."""
        return bool(self.beside)

    async def ensure(self, workflow_id: str) -> None:
        """Have somebody who takes the run.

        Raises:
            CommandRefused: the modules do not give the workflow.
        """
        if not self.own and not await catalogue.holds(workflow_id):
            await self._start(workflow_id)

    async def _start(self, workflow_id: str) -> None:
        known = await catalogue.site_of(workflow_id)
        if not (self.given or known or self.configuration.workflows) and await catalogue.workflows():
            await catalogue.workflow(workflow_id)  # which says what there is instead
        self.modules = site(self.given or known, self.configuration.workflows)
        layer = get_channel_layer()
        if not isinstance(layer, LocalLayer):
            raise CommandRefused("No worker holds the workflow, and this channel layer is none to start one on.")
        supervisor = Supervisor(
            layer=layer,
            command=self._command,
            on_worker_exit=self._ended,
            show=self.progress.printed,
            reload=False,
        )

        def ours() -> set[str]:
            return {child.worker_id for child in supervisor.children}

        self.progress.line(f"No worker is there for {workflow_id}: this command runs {' '.join(self.modules)} itself.")
        self.beside.append(self.tasks.create_task(supervisor.run()))
        self.beside.append(self.tasks.create_task(attend(supervisor)))
        if self.configuration.blocked_seconds:
            watching = watch_over(ours, supervisor.end, seconds=self.configuration.blocked_seconds)
            self.beside.append(self.tasks.create_task(watching))
        await self._settled(supervisor)
        fatal: set[str] = set()
        own = restricted(self.modules, self.run_id)
        while not await catalogue.holds(workflow_id, own):
            died = {problem.module for problem in await catalogue.import_errors(own) if problem.type in FATAL}
            if died <= fatal:
                raise CommandRefused(await self._missing(workflow_id, own))
            # The next worker leaves out what has ended this one.
            fatal |= died
            supervisor.settled.clear()
            await self._settled(supervisor)
        for complaint in complaints(await catalogue.import_errors(own)):
            self.progress.line(f"{complaint}.")

    async def _settled(self, supervisor: Supervisor) -> None:
        """Wait until a worker of the command is ready or has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SLOW):
                await supervisor.settled.wait()
        if not supervisor.settled.is_set():
            self.progress.line(f"{' '.join(self.modules)} is still being imported.")
            await supervisor.settled.wait()

    def _command(self, fd: int) -> list[str]:
        return [*worker_command(fd, self.modules), "--only", self.run_id]

    async def _missing(self, workflow_id: str, site: Sequence[str]) -> str:
        """Say why the modules do not give the workflow."""
        problems = told(await catalogue.import_errors(site))
        if problems:
            return "\n".join(
                f"{one.module} {one.fault}: {one.type}: {one.message}"
                + (f"\n  {one.file}:{one.line}" if one.line else "")
                + (f"\n    {one.source.strip()}" if one.source else "")
                for one in problems
            )
        try:
            await catalogue.workflow(workflow_id)
        except UnknownWorkflow as error:
            return str(error)
        return f"{' '.join(self.modules)} holds no workflow {workflow_id!r}"

    async def _ended(self, end: WorkerExit) -> None:
        if end.code not in (0, -signal.SIGTERM):
            self.progress.line(f"The worker ended: {exit_text(end.code)}.")
            self.progress.last_words(end.tail)
        await record_exit(end.worker_id, end.code, end.tail, asked=end.asked)


@asynccontextmanager
async def own_worker(
    run_id: str, given: Sequence[str], progress: Progress, configuration: Configuration
) -> AsyncIterator[OwnWorker]:
    """Give whoever executes a run inside the block, and end its worker after it."""
    failed: BaseException | None = None
    async with asyncio.TaskGroup() as tasks:
        made = OwnWorker(run_id=run_id, given=given, progress=progress, configuration=configuration, tasks=tasks)
        try:
            yield made
        except Exception as error:
            # Handed on behind the group, which would wrap it.
            failed = error
        finally:
            for task in made.beside:
                task.cancel()
    if failed is not None:
        raise failed
