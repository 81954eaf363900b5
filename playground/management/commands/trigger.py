"""Starts a run as a schedule would, at once."""

from django.core.management.base import CommandParser

from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand
from playground.schedules import schedules


class Command(RunsCommand):
    """Start a run as a schedule would, at once."""

    help = "Start a run as the schedule would at this moment, whether it is armed or not. A worker executes it."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which schedule."""
        parser.add_argument("workflow", metavar="WORKFLOW", help="the workflow's id")
        parser.add_argument("schedule", metavar="SCHEDULE", help="the schedule's id")

    async def work(self, options: Options) -> Exit:
        """Record the start, and say how to follow it."""
        run_id = await schedules.run_now(options["workflow"], options["schedule"])
        text = f"Run {run_id} is started. Follow it: {self.program} show {run_id} --watch"
        self.give({"runId": run_id, "workflowId": options["workflow"], "scheduleId": options["schedule"]}, text)
        return Exit.DONE
