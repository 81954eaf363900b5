"""The console script ``stepyard``, and ``manage.py``: one command each time, with the same names in both."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from playground.commandline.home import prepare_home
from playground.commandline.options import export_options
from playground.commandline.overview import overview

ALIASES = {"dev": "playground", "check": "check_workflows"}
WITHOUT_DATABASE = frozenset({"help", "version", "makemessages", "compilemessages"})
BY_THEMSELVES = frozenset(
    {"list", "run", "runs", "show", "resume", "cancel", "check_workflows", "schedules", "arm", "disarm"}
    | {"web", "worker"}
)
"""Commands that open the database themselves, when they need it."""


def manage(argv: Sequence[str]) -> None:
    """Run one command.

    Arguments: the program's name, the command's name, its arguments.
    """
    program, *rest = argv
    if not rest or rest in (["help"], ["-h"], ["--help"]):
        sys.stdout.write(f"{overview(Path(program).name)}\n")
        return
    command = ALIASES.get(rest[0], rest[0])
    export_options(rest[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    try:
        helped = {"-h", "--help", "--version"} & {command, *rest[1:]}
        if command not in WITHOUT_DATABASE | BY_THEMSELVES and not helped and not settings.STEPYARD.database:
            prepare_home(settings.STEPYARD.db)
        execute_from_command_line([program, command, *rest[1:]])
    except ImproperlyConfigured as error:
        sys.exit(f"{program}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def main() -> None:
    """Run the command that the console script was given."""
    manage(["stepyard", *sys.argv[1:]])
