"""The one command: migrates its file, serves the pages, starts and watches the workers."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from playground.asgi import application
from playground.commandline.options import DEV, TypedCommand, add_options
from playground.commandline.serving import bind, page, worker_ended
from playground.commandline.terminal import never_waiting
from playground.configuration import Configuration
from playground.fleet.host import attend
from playground.fleet.hung_workers import watch_over
from playground.fleet.silent_workers import watch_for_silence
from playground.fleet.sweep import keep_swept
from playground.fleet.takeover import watch
from playground.guard.address import Address
from playground.layers import LocalLayer
from playground.layers.command_socket import open_socket, socket_of
from playground.live.other_processes import overhear, so_far
from playground.logs import said
from playground.runs.pruning import keep_pruned
from playground.server import Limits, Server, run_until
from playground.store.upgrading import bring_up_to_date
from playground.supervisor import Supervisor, locate, worker_command
from playground.supervisor.module_paths import missing

IMPORT_SECONDS = 10.0
"""For how long the command waits for the user's code before it says that it is ready."""


class Command(TypedCommand):
    """Serve a playground for workflows."""

    typed = "dev"

    help = "Serve a playground: the pages, and the workers that run the workflows of MODULES."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take modules and options."""
        parser.add_argument("modules", nargs="*", metavar="MODULES", help="files or dotted names that hold workflows")
        add_options(parser, only=DEV)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until interrupted; the options are in the settings by now."""
        given = settings.STEPYARD
        if sentences := missing(tuple(options["modules"]) or given.workflows, Path.cwd(), given.env_file):
            raise CommandError("\n".join(sentences), returncode=2)
        address, sock = bind(given)
        with sock:
            bring_up_to_date()
            with never_waiting() as show:
                self._serve(given, options["modules"], address, sock, show)

    def _serve(
        self,
        given: Configuration,
        modules: Sequence[str],
        address: Address,
        sock: socket.socket,
        show: Callable[[bytes], object],
    ) -> None:
        """Serve on a bound socket."""
        layer = get_channel_layer()
        if not isinstance(layer, LocalLayer):
            raise CommandError("The playground command starts its own workers: CHANNEL_LAYERS must be the local layer.")
        supervisor = Supervisor(
            layer=layer,
            command=functools.partial(worker_command, modules=modules),
            on_worker_exit=functools.partial(worker_ended, log_format=given.log_format),
            show=show,
            workers=given.workers,
            targets=locate(modules),
            reload=given.reload,
        )
        server = Server(application, limits=Limits(body=given.max_body))

        def ours() -> set[str]:
            return {child.worker_id for child in supervisor.children}

        async def beside() -> None:
            await watch.begin()
            async with command_socket(layer), asyncio.TaskGroup() as tasks:
                tasks.create_task(supervisor.run())
                tasks.create_task(overhear(await so_far()))
                tasks.create_task(attend(supervisor))
                tasks.create_task(watch_for_silence(given.silent))
                tasks.create_task(keep_swept())
                tasks.create_task(keep_pruned(given.keep))
                if given.workers:
                    await _imported(supervisor)
                print(said(f"Stepyard is ready: {page(address, given.token)}", given.log_format))
                if given.blocked_seconds:
                    tasks.create_task(watch_over(ours, supervisor.end, seconds=given.blocked_seconds))

        run_until(beside, server=server, sock=sock)


def command_socket(layer: LocalLayer) -> AbstractAsyncContextManager[bool]:
    """Let commands on the same machine ask the workers, where the database is a file that they find."""
    if connection.vendor != "sqlite":
        return nullcontext(False)
    return open_socket(layer, socket_of(connection.settings_dict["NAME"]))


async def _imported(supervisor: Supervisor) -> None:
    """Wait until the user's code was imported, or not for ever: pages say what is being imported."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(IMPORT_SECONDS):
            await supervisor.settled.wait()
