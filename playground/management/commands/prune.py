"""Deletes runs that have ended."""

import asyncio
import re
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commandline.options import DATABASE, add_options
from playground.commandline.writing import counted
from playground.runs.retention import prune
from playground.store.upgrading import bring_up_to_date

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Command(BaseCommand):
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
        bring_up_to_date()
        deleted = asyncio.run(prune(keep=_keep(options["keep"])))
        self.stdout.write(f"{counted(deleted, 'run')} deleted.")


def _keep(text: str) -> int | timedelta:
    """Read a number of runs or an age."""
    match = re.fullmatch(r"(\d{1,6})([mhdw]?)", text)
    if match is None:
        raise CommandError(f"--keep takes a number of runs or an age such as 12h, 30d or 8w, not {text!r}.")
    number, unit = int(match[1]), match[2]
    return number * UNITS[unit] if unit else number
