"""Looks for inputs that make a workflow fail: ``stepyard fuzz``."""

from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import CommandParser

from playground.commandline.command_input import existing, given_value
from playground.commandline.exit_codes import CommandRefused, Exit
from playground.commandline.options import add_options
from playground.commandline.runs_command import Options, RunsCommand
from playground.fuzzing.findings import Bounds, Finding, Report
from playground.fuzzing.fuzz_process import Order, search


class Command(RunsCommand):
    """Try inputs."""

    help = (
        "Make inputs from a workflow's schema and try them, each in a process of its own, in memory; timers take no "
        "time. Failures are grouped by the exception's type and the line of your code that raised it, each with the "
        "smallest input that was found. The exit code is 1 when there is any. Steps that are not rehearsed do what "
        "they do, again and again."
    )
    uses_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take what to look for."""
        parser.add_argument("workflow", metavar="WORKFLOW", help="the workflow's id")
        parser.add_argument(
            "modules",
            nargs="*",
            default=(),
            metavar="MODULES",
            help="files, folders or dotted names that hold it",
        )
        usual = Bounds()
        parser.add_argument("-n", metavar="N", type=int, default=usual.runs, help=f"inputs to try; {usual.runs}")
        parser.add_argument(
            "--seconds", metavar="S", type=float, default=usual.seconds, help=f"how long to try; {usual.seconds:g}"
        )
        parser.add_argument("--seed", metavar="N", type=int, help="try the same inputs as a search that said this")
        parser.add_argument(
            "--memory", metavar="MB", type=int, default=usual.memory, help=f"what an input may take; {usual.memory}"
        )
        parser.add_argument(
            "--rehearse",
            metavar="STEP[=VALUE]",
            action="append",
            default=[],
            help="a step that is not called, and returns this JSON, else an example of what it gives; can be repeated",
        )
        add_options(parser, only=("--env-file",))

    async def work(self, options: Options) -> Exit:
        """Look, and report."""
        existing(options["modules"], self.configuration)
        if settings.PRODUCTION:
            raise CommandRefused("this is production, where no inputs are tried. Use your own machine.")
        bounds = Bounds(runs=options["n"], seconds=options["seconds"], memory=options["memory"], seed=options["seed"])
        named = [part.partition("=") for part in options["rehearse"]]
        results = {step: given_value("--rehearse", value) for step, is_given, value in named if is_given}
        known: set[str] = set()

        def said(report: Report) -> None:
            for finding in report.findings:
                if finding.key not in known:
                    known.add(finding.key)
                    self.say(f"found {finding.type} at {finding.place or 'an unknown place'}")

        order = Order(
            workflow=options["workflow"],
            modules=tuple(options["modules"]),
            bounds=bounds,
            rehearsal={"results": results} if results else None,
            steps=tuple(step for step, is_given, _ in named if not is_given),
        )
        report = await search(order, said=said)
        if report.state == "failed" and not report.findings:
            raise CommandRefused(report.problem)
        self.give(report.to_dict(), "\n".join(_lines(report)))
        return Exit.FAILED if report.findings else Exit.DONE


def _lines(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield from _finding(finding)
    yield f"{'Found nothing' if not report.findings else f'Found {len(report.findings)}'}: {report.tried}."
    if report.problem:
        yield f"It ended early: {report.problem}"
    if report.unreached:
        yield f"No input came to {', '.join(report.unreached)}."


def _finding(finding: Finding) -> Iterator[str]:
    yield f"x {finding.type}: {finding.message}"
    yield from (f"  {line}" for line in (finding.traceback or finding.place).splitlines())
    yield f"  {'smallest' if finding.is_smallest else 'an'} input: {finding.text}"
    yield ""
