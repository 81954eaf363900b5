"""Checks modules: what they hold, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from playground.catalogue.problems import ImportProblem
from playground.commandline.checking import Checked, check, own_lines
from playground.commandline.command_input import existing
from playground.commandline.executing import seconds_of
from playground.commandline.exit_codes import Exit
from playground.commandline.options import add_options
from playground.commandline.output import counted, one_line
from playground.commandline.runs_command import Options, RunsCommand
from playground.graph.tree import read_tree

SECONDS = 60.0


class Command(RunsCommand):
    """Check modules."""

    help = (
        "Import MODULES in a process of their own, and report every workflow, what does not import or does not fit "
        "together, and parts of schemas that no form can show. The exit code is 1 when something is wrong."
    )
    uses_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take what to check, and for how long."""
        parser.add_argument(
            "modules",
            nargs="*",
            default=(),
            metavar="MODULES",
            help="files, folders or dotted names that hold workflows",
        )
        add_options(parser, only=("--env-file",))
        parser.add_argument(
            "--timeout",
            metavar="SECONDS",
            type=seconds_of,
            default=SECONDS,
            help=f"for how long the modules may be imported ({SECONDS:g})",
        )

    async def work(self, options: Options) -> Exit:
        """Check, and report."""
        existing(options["modules"], self.configuration)
        found = await check(options["modules"], seconds=options["timeout"])
        self.give(_as_json(found), "\n".join(_lines(found)))
        return Exit.DONE if found.well else Exit.FAILED


def _as_json(found: Checked) -> dict[str, Any]:
    return {
        "workflows": [
            {
                "id": entry["workflow_id"],
                "description": entry["description"],
                "module": entry["module"],
                "file": entry["file"],
                "line": entry["line"],
                "digest": entry["digest"],
                "steps": [node.name for node in read_tree(entry["graph"]).walk()],
            }
            for entry in found.workflows
        ],
        "problems": [_problem_json(problem) for problem in found.problems],
        "schemas": [
            {
                "workflowId": problem.workflow_id,
                "schema": problem.schema,
                "path": list(problem.path),
                "message": problem.message,
            }
            for problem in found.schemas
        ],
    }


def _problem_json(problem: ImportProblem) -> dict[str, Any]:
    found = asdict(problem)
    del found["needs"]  # What is needed stands as the module itself.
    return found


def _lines(found: Checked) -> Iterator[str]:
    for entry in found.workflows:
        steps = len(list(read_tree(entry["graph"]).walk()))
        of_it = [problem for problem in found.schemas if problem.workflow_id == entry["workflow_id"]]
        mark = "x" if of_it else "+"
        place = f"{entry['file']}:{entry['line']}" if entry["line"] else entry["module"]
        told = (entry["workflow_id"], counted(steps, "step"), place, one_line(entry["description"]))
        yield f"{mark} {'  '.join(told)}".rstrip()
        for problem in of_it:
            yield f"    {problem}"
    for broken in found.problems:
        yield from _problem(broken)
    wrong = len(found.problems) + len(found.schemas)
    yield ""
    problems = counted(wrong, "problem") if wrong else "no problems"
    yield f"{counted(len(found.workflows), 'workflow')}, {problems}."


def _problem(problem: ImportProblem) -> Iterator[str]:
    """Yield a problem with the user's own line first, and the traceback through their code below."""
    yield f"x {problem.module}  {problem.type}: {problem.message}"
    if problem.needed_by:
        yield f"    needed by {' and '.join(problem.needed_by)}"
    if problem.file:
        yield f"    {problem.file}:{problem.line}"
    if problem.source:
        yield f"      {problem.source.strip()}"
    yield from (f"    | {line}" for line in own_lines(problem.traceback))
