"""The console script ``stepyard``, and ``manage.py``: one command each time, with the same names in both."""

import os
import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from playground.home import prepare_home
from playground.options import export_options

ALIASES = {"dev": "playground"}
WITHOUT_DATABASE = frozenset({"help", "version", "check", "makemessages", "compilemessages"})


def manage(argv: Sequence[str]) -> None:
    """Run one command.

    Arguments: the program's name, the command's name, its arguments.
    """
    program, *rest = argv
    command = ALIASES.get(rest[0], rest[0]) if rest else "help"
    export_options(rest[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    try:
        if command not in WITHOUT_DATABASE and not {"-h", "--help", "--version"} & {command, *rest[1:]}:
            prepare_home(settings.STEPYARD_DB)
        execute_from_command_line([program, command, *rest[1:]])
    except ImproperlyConfigured as error:
        sys.exit(f"{program}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def main() -> None:
    """Run the command that the console script was given."""
    manage(["stepyard", *sys.argv[1:]])
