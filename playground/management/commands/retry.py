"""Tries a failed run again in a new one and waits for it."""

from django.core.management.base import CommandParser

from playground.actions import actions, proceed_retry
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Try a failed run again."""

    help = (
        "Start a new run that goes on from the steps that have failed in a run, with what they were given, wait until "
        "it ends or waits for a person, and write what it has come to. What had succeeded is not run again."
    )
    makes_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record the new run, and wait."""
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)
        new_id = actions.checked_id(None)

        async def retry() -> None:
            await proceed_retry.retry(run_id, new_id=new_id)

        return await self.carry_out(new_id, run.workflow_id, retry, options)
