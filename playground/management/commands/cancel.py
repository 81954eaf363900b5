"""Cancels a run."""

from django.core.management.base import CommandParser

from playground.actions import actions
from playground.commandline.command_input import RUN, meant
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand


class Command(RunsCommand):
    """Cancel a run."""

    help = "Cancel a run. A worker that executes it stops it within seconds."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run and why."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument("--reason", metavar="TEXT", default="", help="is kept with the run")

    async def work(self, options: Options) -> Exit:
        """Record it."""
        run_id = await meant(options["run_id"])
        await actions.cancel(run_id, options["reason"])
        self.give({"runId": run_id, "status": "canceled"}, f"Run {run_id} is canceled.")
        return Exit.DONE
