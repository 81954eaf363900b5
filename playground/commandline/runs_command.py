"""What the commands for workflows and runs have in common: options, the database, signals, output and exit codes."""

import asyncio
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import DatabaseError, connection

from engine.errors import StepyardError
from playground.commandline.data_folder import prepare_home
from playground.commandline.exit_codes import CommandRefused, Exit, code_of
from playground.commandline.options import DATABASE, TypedCommand, add_options
from playground.commandline.output import clean, json_text
from playground.configuration import Configuration
from playground.database_url import place
from playground.guard.callers import way
from playground.runs.refusals import as_option, words
from playground.store.upgrading import DatabaseNotReady, bring_up_to_date

Options = Mapping[str, Any]


class RunsCommand(TypedCommand):
    """A command that reads or records what the pages do; its result goes to stdout, everything else to stderr."""

    requires_system_checks: list[str] = []
    uses_database = True
    makes_database = False
    """Whether a database that is not there is made; a command that only looks says that there is none."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser; names may stand before and behind options, as people type them."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options that all have."""
        self.add_own_arguments(parser)
        if self.uses_database:
            add_options(parser, only=DATABASE)
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="write the result as JSON, also on a terminal")
        form.add_argument("--text", action="store_true", help="write the result for people, also into a file or pipe")

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take what only this command has."""

    async def work(self, options: Options) -> Exit:
        """Do it."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and end the process with the code that says what happened."""
        self.as_json = options["json"] or not (options["text"] or sys.stdout.isatty())
        try:
            if self.uses_database:
                self._open_database()
            code = asyncio.run(_until_signal(self.outcome(options)))
            sys.stdout.flush()
        except CommandRefused as error:
            code = self._refused(error, error.code)
        except DatabaseNotReady as error:
            self.say(f"{self.name}: {error}")
            code = Exit.UNAVAILABLE
        except DatabaseError as error:
            self.say(f"{self.name}: the database {place(settings.DATABASES['default'])} cannot be used: {error}")
            code = Exit.UNAVAILABLE
        except _Stopped as stop:
            sys.exit(128 + stop.number)
        except BrokenPipeError:
            # Whoever read the result has read enough; what is left in the buffer must not be tried again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(128 + signal.SIGPIPE)
        if code:
            sys.exit(code)

    async def outcome(self, options: Options) -> Exit:
        """Do it, and return the code that says what happened; a refusal is said."""
        way.set("command")
        try:
            return await self.work(options)
        except CommandRefused as error:
            return self._refused(error, error.code)
        except StepyardError as error:
            return self._refused(error, code_of(error))

    def _refused(self, error: Exception, code: Exit) -> Exit:
        self.say(f"{self.name}: {words(error, as_option)}")
        return code

    @property
    def configuration(self) -> Configuration:
        """Return what was set for the command, by options and variables."""
        return settings.STEPYARD

    @property
    def program(self) -> str:
        """Return what to type for the command: ``stepyard`` or ``python manage.py``, with a path where needed."""
        called = sys.argv[0]
        if not called.endswith(".py"):
            return _typed(called)
        return f"{_typed(sys.executable)} {shlex.quote(called)}"

    @property
    def name(self) -> str:
        """Return how this command is called, without a path."""
        called = Path(sys.argv[0]).name
        return " ".join(["python", called, *sys.argv[1:2]] if called.endswith(".py") else [called, *sys.argv[1:2]])

    def say(self, text: str) -> None:
        """Tell the person at the terminal something that is no result."""
        sys.stderr.write(f"{clean(text)}\n")
        sys.stderr.flush()

    def give(self, value: Any, text: str) -> None:
        """Write the result: the value as JSON, or the text for people."""
        if self.as_json:
            sys.stdout.write(f"{json_text(value, sys.stdout.encoding)}\n")
        else:
            written = clean(text).encode(sys.stdout.encoding or "utf-8", "backslashreplace")
            sys.stdout.write(f"{written.decode(sys.stdout.encoding or 'utf-8')}\n")
        sys.stdout.flush()

    def command(self, *words: str, modules: tuple[str, ...] = ()) -> str:
        """Return a command to type next, on the same database."""
        given = {word.partition("=")[0] for word in sys.argv}
        if "--database" in given:
            database: tuple[str, ...] = ("--database", place(settings.DATABASES["default"]))
        else:
            database = ("--db", str(self.configuration.db)) if "--db" in given else ()
        return f"{self.program} {shlex.join([*words, *modules, *database])}"

    @property
    def width(self) -> int:
        """Return how many characters a line may have."""
        return shutil.get_terminal_size((120, 24)).columns

    def _open_database(self) -> None:
        """Bring the database up to date."""
        path = str(settings.DATABASES["default"]["NAME"])
        if connection.vendor == "sqlite":
            if not self.makes_database and not Path(path).exists():
                raise CommandRefused(
                    f"there is no database {path}. Go to the folder in which the playground was started, or give its "
                    "database with --db."
                )
            prepare_home(path)
        bring_up_to_date()


def _typed(program: str) -> str:
    """Return what a person types for a program: its name if the shell finds it by that, else its path."""
    name = Path(program).name
    found = shutil.which(name)
    is_found = found is not None and Path(found).exists() and os.path.realpath(found) == os.path.realpath(program)
    return name if is_found else shlex.quote(program)


class _Stopped(Exception):
    """A signal has ended the command."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


async def _until_signal(work: Any) -> Exit:
    """Work until done or until SIGINT or SIGTERM, which cancel it; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    stopped: list[int] = []

    def stop(number: int) -> None:
        if stopped:
            os._exit(128 + number)
        stopped.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        code: Exit = await task
    except asyncio.CancelledError:
        if stopped:
            raise _Stopped(stopped[0]) from None
        raise
    return code
