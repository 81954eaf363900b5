"""Executes the runs of some workflows on this machine, over a shared database; the pages are served elsewhere."""

import asyncio
import functools
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from playground.commandline.options import WORKER, TypedCommand, add_options
from playground.commandline.serving import WRONG, require_shared, worker_ended
from playground.commandline.terminal import never_waiting
from playground.configuration import Configuration
from playground.fleet.host import attend, began
from playground.fleet.silent_workers import watch_for_silence
from playground.fleet.sweep import keep_swept
from playground.layers import LocalLayer
from playground.live.other_processes import overhear, so_far
from playground.logs import said
from playground.store.database import be_patient, hurry
from playground.supervisor import Supervisor, worker_command
from playground.supervisor.module_paths import missing

PATIENCE = 600.0
"""Seconds for which the database is waited for, as by the workers themselves."""
MARGIN = 5.0
"""Seconds beyond the grace in which a worker gives its runs back."""


WHAT = "files or dotted names that hold workflows"


class Command(TypedCommand):
    """Start worker processes and keep them alive; they are known to all others by the database alone."""

    help = "Run the workflows of MODULES over a database that machines share. On SIGTERM runs are handed on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take modules and options."""
        parser.add_argument("modules", nargs="*", metavar="MODULES", help=WHAT)
        add_options(parser, only=WORKER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; the options are in the settings by now."""
        given = settings.STEPYARD
        modules = tuple(options["modules"]) or given.workflows
        if not modules:
            raise CommandError(f"stepyard worker needs MODULES, {WHAT}.", returncode=WRONG)
        if sentences := missing(modules, Path.cwd(), given.env_file):
            raise CommandError("\n".join(sentences), returncode=WRONG)
        if not given.workers:
            raise CommandError("--processes is 0; a whole number from 1 to 64 is expected.", returncode=WRONG)
        require_shared("stepyard worker")
        be_patient(PATIENCE)
        with never_waiting() as show:
            asyncio.run(_until_told(lambda: _work(modules, given, show)))


async def _work(modules: Sequence[str], given: Configuration, show: Callable[[bytes], object]) -> None:
    layer = get_channel_layer()
    if not isinstance(layer, LocalLayer):
        raise CommandError("The processes of one machine talk over the local layer: CHANNEL_LAYERS must be that.")
    command = functools.partial(worker_command, modules=modules, grace=given.grace, since=await began())
    supervisor = Supervisor(
        layer=layer,
        command=command,
        on_worker_exit=functools.partial(worker_ended, log_format=given.log_format),
        show=show,
        workers=given.workers,
        reload=False,
        grace=given.grace + MARGIN,
        # A step that blocks the loop for a while is worth waiting for, where steps are to go on.
        deaf=given.grace + MARGIN,
    )
    async with asyncio.TaskGroup() as tasks:
        supervising = tasks.create_task(supervisor.run())
        around = (attend(supervisor), watch_for_silence(given.silent), keep_swept(), _listen())
        beside = [tasks.create_task(work) for work in around]
        try:
            await supervisor.settled.wait()
            print(said(f"Stepyard works: {' '.join(modules)}", given.log_format), flush=True)
            await asyncio.shield(supervising)
        finally:
            # What keeps the host known goes on for as long as the workers hand their runs back.
            supervising.cancel()
            await asyncio.wait([supervising])
            for task in beside:
                task.cancel()


async def _listen() -> None:
    await overhear(await so_far())


async def _until_told(make: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Work until SIGINT or SIGTERM; a second one ends this process at once, and the workers notice."""
    task = asyncio.get_running_loop().create_task(make())

    def stop(number: int) -> None:
        if task.cancelling():
            os._exit(128 + number)
        # The workers have a grace in which they wait on; what this process has to say is how they ended.
        hurry()
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
