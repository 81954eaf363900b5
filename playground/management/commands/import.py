"""Brings exported runs back."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from engine.errors import RequestError, RunExists
from playground.commandline.exit_codes import Exit, code_of
from playground.commandline.options import DATABASE, TypedCommand, add_options
from playground.forms import JsonError, parse_json
from playground.runs import archive
from playground.store.upgrading import bring_up_to_date


class Command(TypedCommand):
    """Import runs."""

    help = "Bring runs back that `export` wrote, under their own ids. They must have ended."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the files."""
        parser.add_argument("files", metavar="FILE", nargs="+", help="what `export` wrote; - is standard input")
        parser.add_argument(
            "--fork", metavar="STEP", help="go on from this step at once, in a new run; for the workers of a playground"
        )
        parser.add_argument(
            "--retry", action="store_true", help="go on from what has failed at once, in a new run; as --fork"
        )
        add_options(parser, only=DATABASE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring each back; what was brought back before one that fails stays."""
        bring_up_to_date()
        for name in options["files"]:
            try:
                text = sys.stdin.read() if name == "-" else Path(name).read_text()
                said = asyncio.run(_bring(parse_json(text), options["fork"] or "", retry=options["retry"]))
            except (OSError, UnicodeDecodeError, JsonError, archive.InvalidArchive) as error:
                raise CommandError(f"{name}: {error}", returncode=Exit.WRONG) from error
            except RunExists as error:
                raise CommandError(
                    f"{name}: its run is here already, and stays as it is", returncode=Exit.LATE
                ) from error
            except RequestError as error:
                raise CommandError(f"{name}: {error}", returncode=code_of(error)) from error
            self.stdout.write(f"{name}: {said}.")


async def _bring(data: Any, step: str, *, retry: bool) -> str:
    if not step and not retry:
        return f"run {await archive.restore(data)}"
    new_id = await archive.restore_and_fork(data, step)
    return f"run {data['run_id']}, and run {new_id} goes on from it"
