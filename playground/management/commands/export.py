"""Writes a run to a file."""

import asyncio
import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from engine.errors import RequestError
from playground.commandline.command_input import RUN, meant
from playground.commandline.exit_codes import CommandRefused, code_of
from playground.commandline.options import DATABASE, TypedCommand, add_options
from playground.runs import archive
from playground.store.upgrading import bring_up_to_date


class Command(TypedCommand):
    """Export a run."""

    help = "Write a run with its workflow and all its events as JSON to standard output; secrets are masked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        add_options(parser, only=DATABASE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the run."""
        bring_up_to_date()
        try:
            exported = asyncio.run(_exported(options["run_id"]))
        except CommandRefused as error:
            raise CommandError(str(error), returncode=error.code) from error
        except RequestError as error:
            raise CommandError(str(error), returncode=code_of(error)) from error
        self.stdout.write(json.dumps(exported, indent=1))


async def _exported(run_id: str) -> dict[str, Any]:
    return await archive.export(await meant(run_id))
