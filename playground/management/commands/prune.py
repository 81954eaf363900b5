"""Deletes runs that have ended."""

import asyncio
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from playground.commandline.options import DATABASE, TypedCommand, add_options
from playground.commandline.output import counted
from playground.configuration import read_keep
from playground.runs.retention import prune
from playground.store.upgrading import bring_up_to_date


class Command(TypedCommand):
    """Delete old runs."""

    help = "Delete runs that have ended. Runs that run, wait or are suspended stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to keep."""
        parser.add_argument(
            "--keep", required=True, metavar="N|AGE", help="the newest N ended runs, or those of the last 12h, 30d, 8w"
        )
        add_options(parser, only=DATABASE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete the rest and say how many."""
        try:
            keep = read_keep(options["keep"], "--keep", least=0)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        bring_up_to_date()
        deleted = asyncio.run(prune(keep=keep))
        self.stdout.write(f"{counted(deleted, 'run')} deleted.")
