"""The console script ``stepyard``, and ``manage.py``: one command each time, with the same names in both."""

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility, get_commands
from django.core.management.base import BaseCommand

from playground.commandline.data_folder import prepare_home
from playground.commandline.help_text import COMMANDS, overview
from playground.commandline.options import WRONG, export_options

ALIASES = {
    "dev": "playground",
    "check": "check_workflows",
    "send-event": "send_event",
    "add-token": "add_token",
    "revoke-token": "revoke_token",
    "test": "scenarios",
}
WITHOUT_DATABASE = frozenset({"help", "version", "makemessages", "compilemessages"})
BY_THEMSELVES = frozenset(
    {"list", "run", "runs", "show", "resume", "send_event", "restart", "cancel", "check_workflows", "schedules"}
    | {"arm", "disarm", "trigger", "web", "worker", "tokens", "add_token", "revoke_token", "scenarios", "fuzz"}
    | {"docs", "mcp", "proceed", "retry", "fork", "wake"}
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
        _Commands([program, command, *rest[1:]]).execute()
    except ImproperlyConfigured as error:
        sys.exit(f"{program}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


class _Commands(ManagementUtility):
    """Django's way to a command, which is found before anything is made for it."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command, with a folder for its database; one that is not there ends the process with 2."""
        if isinstance(self.settings_exception, ImproperlyConfigured):
            # Without settings no command of ours is known.
            raise self.settings_exception
        if subcommand not in get_commands():
            close = difflib.get_close_matches(subcommand, COMMANDS, 1)
            mend = f" Did you mean {close[0]!r}?" if close else ""
            there = f"All commands: {self.prog_name} --help"
            sys.stderr.write(f"{self.prog_name}: there is no command {subcommand!r}.{mend} {there}\n")
            sys.exit(WRONG)
        helped = {"-h", "--help", "--version", "help"} & {*self.argv[1:]}
        if subcommand not in WITHOUT_DATABASE | BY_THEMSELVES and not helped and not settings.STEPYARD.database:
            prepare_home(settings.STEPYARD.db)
        return super().fetch_command(subcommand)


def main() -> None:
    """Run the command that the console script was given."""
    manage(["stepyard", *sys.argv[1:]])
