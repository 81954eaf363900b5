"""Serves the pages, the API and the sockets over a shared database, and executes nothing."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from playground.asgi import application
from playground.catalogue.catalogue import workers_are_elsewhere
from playground.commandline.options import WEB, TypedCommand, add_options
from playground.commandline.serving import bind, page, require_shared
from playground.fleet.silent_workers import watch_for_silence
from playground.fleet.sweep import keep_swept
from playground.live.other_processes import overhear, so_far
from playground.logs import said
from playground.runs.pruning import keep_pruned
from playground.server import Limits, Server, run_until


class Command(TypedCommand):
    """Serve the pages of a playground whose workers are elsewhere; any number of these stand behind a proxy."""

    help = "Serve the pages, the API and the sockets over a database that machines share. Workers are started apart."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options."""
        add_options(parser, only=WEB)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until interrupted; the options are in the settings by now."""
        given = settings.STEPYARD
        require_shared("stepyard web", secret=given.secret_key)
        workers_are_elsewhere()
        address, sock = bind(given)
        server = Server(application, limits=Limits(body=given.max_body))

        async def beside() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(overhear(await so_far()))
                tasks.create_task(watch_for_silence(given.silent))
                tasks.create_task(keep_swept())
                tasks.create_task(keep_pruned(given.keep))
                print(said(f"Stepyard is ready: {page(address, given.token)}", given.log_format), flush=True)

        with sock:
            run_until(beside, server=server, sock=sock)
