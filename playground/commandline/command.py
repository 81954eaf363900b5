"""What every command has in common: the name that people type, and a word for options that are not there."""

import difflib
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

WRONG = 2
"""The code of a wrong command, as `playground.commandline.exit_codes.Exit` has it, which needs Django to be set up."""


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
