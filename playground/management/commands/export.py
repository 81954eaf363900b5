"""Writes a run to a file."""

import asyncio
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.errors import RequestError
from playground.commandline.exits import code_of
from playground.runs import archive
from playground.store.upgrading import require_up_to_date


class Command(BaseCommand):
    """Export a run."""

    help = "Write a run with its workflow and all its events as JSON to standard output; secrets are masked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help="the run's id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the run."""
        require_up_to_date()
        try:
            exported = asyncio.run(archive.export(options["run_id"]))
        except RequestError as error:
            raise CommandError(str(error), returncode=code_of(error)) from error
        self.stdout.write(json.dumps(exported, indent=1))
