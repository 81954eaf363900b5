"""The options of the one command, each of which is an environment variable too."""

import argparse
import difflib
import itertools
import os
import sys
from collections.abc import Collection, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option and its variable."""

    flag: str
    variable: str
    help: str
    metavar: str | None = None  # None for a switch
    switched: str = ""  # what the variable becomes when a switch is given
    instead_of: str = ""  # a variable that no longer counts when the option is given


WRONG = 2
"""The code of a wrong command, as `playground.commandline.exit_codes.Exit` has it, which needs Django to be set up."""
DATABASE = ("--db", "--database")
"""The options of every command that opens a database; but what serves a shared one takes no file."""

DEV = ("--host", "--port", "--workers", "--db", "--database", "--token", "--env-file", "--no-reload", "--arm-schedules")
WEB = ("--host", "--port", "--database", "--token")
WORKER = ("--processes", "--concurrency", "--queues", "--grace", "--database", "--env-file", "--arm-schedules")
"""The options of the commands that stay."""

OPTIONS = (
    Option(flag="--host", variable="STEPYARD_HOST", metavar="HOST", help="address to listen on (127.0.0.1)"),
    Option(flag="--port", variable="STEPYARD_PORT", metavar="PORT", help="port to listen on (4111)"),
    Option(flag="--workers", variable="STEPYARD_WORKERS", metavar="N", help="number of worker processes (1)"),
    Option(flag="--processes", variable="STEPYARD_WORKERS", metavar="N", help="number of worker processes (1)"),
    Option(
        flag="--concurrency",
        variable="STEPYARD_CONCURRENT_RUNS",
        metavar="N",
        help="runs that a process executes at the same time (100)",
    ),
    Option(
        flag="--queues",
        variable="STEPYARD_QUEUES",
        metavar="A,B",
        help="distributed queues to take runs from (those of the workflows)",
    ),
    Option(
        flag="--grace",
        variable="STEPYARD_GRACE",
        metavar="S",
        help="seconds for which runs go on after SIGTERM, before they are handed back (30)",
    ),
    Option(
        flag="--db",
        variable="STEPYARD_DB",
        metavar="PATH",
        help="database (.stepyard/playground.sqlite3)",
        instead_of="STEPYARD_DATABASE",
    ),
    Option(
        flag="--database",
        variable="STEPYARD_DATABASE",
        metavar="URL",
        help="database that several machines share, as postgres://USER:PASSWORD@HOST:5432/NAME",
    ),
    Option(
        flag="--token", variable="STEPYARD_TOKEN", metavar="T", help="secret that a browser needs once, as ?token=T"
    ),
    Option(
        flag="--env-file",
        variable="STEPYARD_ENV_FILE",
        metavar="PATH",
        help="file of variables that your code gets, such as .env; what is set already stays",
    ),
    Option(
        flag="--arm-schedules",
        variable="STEPYARD_SCHEDULES",
        switched="on",
        help="start runs by schedule, but for schedules that somebody has disarmed",
    ),
    Option(flag="--no-reload", variable="STEPYARD_RELOAD", switched="0", help="keep the code that was imported first"),
)


def add_options(parser: argparse.ArgumentParser, *, only: Collection[str] = ()) -> None:
    """Let a parser know the options: all of them, or only some by their flags."""
    for option in OPTIONS:
        if only and option.flag not in only:
            continue
        if option.metavar is None:
            parser.add_argument(option.flag, dest=option.variable, action="store_true", help=option.help)
        else:
            parser.add_argument(option.flag, dest=option.variable, metavar=option.metavar, help=option.help)


def export_options(arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ) -> None:
    """Turn the options among the arguments into variables.

    The settings are read from the variables, so this comes before Django is set up; and processes that are started
    later see the same.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    add_options(parser)
    try:
        known, _ = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        return  # the command's own parser says what is wrong
    environment.update(_variables(known))


def _variables(known: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield the variables of the options that were given."""
    for option in OPTIONS:
        value = getattr(known, option.variable)
        if value is True:
            yield option.variable, option.switched
        elif isinstance(value, str):
            if option.instead_of:
                yield option.instead_of, ""
            yield option.variable, value


class TypedCommand(BaseCommand):
    """A command that says what is wrong with its options in one line, where Django would list all of its own."""

    typed = ""
    """What is typed instead of the name that Django knows, if that differs."""
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
    }

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser; usage and errors have the name that was typed."""
        return super().create_parser(prog_name, self.typed or subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as typed; an option that is not there ends the process with 2, before anything is done."""
        parser = self.create_parser(argv[0], argv[1])
        if unknown := next(_unknown(parser, argv[2:]), None):
            known = [flag.lstrip("-") for action in parser._actions for flag in action.option_strings]
            close = difflib.get_close_matches(unknown.lstrip("-"), known, 1)
            mend = f" Did you mean --{close[0]}?" if close else ""
            called = f"{os.path.basename(argv[0])} {self.typed or argv[1]}"
            sys.stderr.write(f"{called}: there is no option {unknown}.{mend} All options: {called} --help\n")
            sys.exit(WRONG)
        super().run_from_argv(argv)


def _unknown(parser: CommandParser, given: Sequence[str]) -> Iterator[str]:
    """Yield the options among the arguments that the parser does not know; it takes the beginnings of those it does."""
    known = [flag for action in parser._actions for flag in action.option_strings]
    for word in itertools.takewhile(lambda word: word != "--", given):
        flag = word.partition("=")[0]
        if flag.startswith("--") and " " not in flag and not any(name.startswith(flag) for name in known):
            yield flag
