"""Plays the scenarios of a project: ``stepyard test``."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from engine.scenarios import folder
from engine.scenarios.expectation import Verdict
from playground.catalogue.problems import complaints
from playground.commandline.command_input import existing
from playground.commandline.exit_codes import CommandRefused, Exit
from playground.commandline.options import add_options
from playground.commandline.output import counted
from playground.commandline.runs_command import Options, RunsCommand
from playground.scenarios.junit import write_junit
from playground.scenarios.scenario_process import Came, play


class Command(RunsCommand):
    """Play scenarios."""

    help = (
        "Play the scenarios of the current folder, scenarios/<workflow>/<name>.json, with the workflows of MODULES, in "
        "a process of their own. Timers take no time. A difference is shown as a unified diff; the exit code is 1 when "
        "there is any."
    )
    uses_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take what to play."""
        parser.add_argument(
            "modules",
            nargs="*",
            default=(),
            metavar="MODULES",
            help="files, folders or dotted names that hold workflows",
        )
        parser.add_argument(
            "-k",
            metavar="WORDS",
            default="",
            help="only scenarios whose workflow::name has all of these words in it",
        )
        parser.add_argument("--update", action="store_true", help="write what comes into the files as expected")
        parser.add_argument("--junitxml", metavar="FILE", type=Path, help="write a report for CI servers, too")
        add_options(parser, only=("--env-file",))

    async def work(self, options: Options) -> Exit:
        """Play, and report."""
        existing(options["modules"], self.configuration)
        here = Path.cwd()
        files = chosen(list(folder.files_in(here)), options["k"], here)
        came: list[Came] = []

        def said(one: Came) -> None:
            came.append(one)
            if not self.as_json:
                self.say_progress(one)

        problems = await play(files, options["modules"], said=said, update=options["update"])
        for complaint in complaints(problems):
            self.say(f"{complaint}.")
        if options["junitxml"]:
            write_junit([replace(one.verdict, passed=one.well) for one in came], options["junitxml"])
        self.give([_as_json(one) for one in came], "\n".join(_lines(came)))
        return Exit.DONE if all(one.well for one in came) else Exit.FAILED

    def say_progress(self, one: Came) -> None:
        """Tell the person at a terminal of each scenario while the next one is played."""
        word = "updated" if one.updated else "passed" if one.verdict.passed else "failed"
        self.say(f"{word:<8} {one.verdict.title}  {one.verdict.seconds:.2f} s")


def chosen(files: Sequence[Path], words: str, here: Path) -> list[Path]:
    """Return the files whose scenario has all words in its name, whatever their case.

    Raises:
        CommandRefused: there is no scenario, or none is meant.
    """
    if not files:
        raise CommandRefused(
            f"there is no scenario below {here / folder.FOLDER}. `Save as scenario` on a run's page makes one."
        )
    found = [file for file in files if all(word in _title(file).lower() for word in words.lower().split())]
    if not found:
        raise CommandRefused(f"no scenario has {words!r} in its name. There are: {', '.join(map(_title, files))}")
    return found


def _title(file: Path) -> str:
    return f"{file.parent.name}::{file.stem}"


def _as_json(one: Came) -> dict[str, Any]:
    verdict = one.verdict
    return {
        "workflow": verdict.workflow,
        "name": verdict.name,
        "file": verdict.file,
        "passed": verdict.passed,
        "updated": one.updated,
        "problem": verdict.problem,
        "difference": verdict.difference,
        "error": verdict.error,
        "seconds": round(verdict.seconds, 3),
    }


def _lines(came: Sequence[Came]) -> Iterator[str]:
    failed = [one.verdict for one in came if not one.well]
    for verdict in failed:
        yield from _failure(verdict)
    updated = sum(one.updated for one in came)
    parts = [counted(len(came), "scenario"), f"{len(failed)} failed" if failed else "all passed"]
    yield ", ".join(parts + ([f"{updated} updated"] if updated else [])) + "."


def _failure(verdict: Verdict) -> Iterator[str]:
    yield f"x {verdict.title}  {verdict.file}"
    yield from (f"  {line}" for line in verdict.text.splitlines())
    yield ""
