"""Copies the database while it is in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from playground.commandline.options import DATABASE, TypedCommand, add_options
from playground.store.backup import BackupError, back_up


class Command(TypedCommand):
    """Back the database up."""

    help = "Copy the database to PATH, also while a playground runs on it. The copy is whole and checked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to."""
        parser.add_argument("path", metavar="PATH", type=Path, help="a file that does not exist yet")
        add_options(parser, only=DATABASE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and say how much."""
        try:
            size = back_up(options["path"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['path']}: {size} bytes.")
