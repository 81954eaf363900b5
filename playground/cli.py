"""The console script ``stepyard``: the commands of ``manage.py`` for an installed distribution."""

import os
import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.management import execute_from_command_line

from playground.home import prepare_home

ALIASES = {"dev": "playground"}


def manage(argv: Sequence[str]) -> None:
    """Run one command.

    Arguments: the program's name, the command's name, its arguments.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    prepare_home(settings.STEPYARD_DB)
    program, *rest = argv
    command = [ALIASES.get(name, name) for name in rest[:1]]
    execute_from_command_line([program, *command, *rest[1:]])


def main() -> None:
    """Run the command that the console script was given."""
    manage(sys.argv)
