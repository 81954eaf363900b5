"""Goes on with an interrupted run and waits for it."""

from django.core.management.base import CommandParser

from playground.actions import actions
from playground.commandline.command_input import RUN, existing, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Restart a run."""

    help = (
        "Go on with a run that was interrupted, wait until it ends or waits for a person, and write what it has come "
        "to. What has ended stays; what ran is run again. Whoever executed it until now can record nothing more."
    )
    makes_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Take the run from whoever has it, and wait."""
        existing(options["modules"], self.configuration)
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)
        # Before a worker of the command may take it, which would be stopped by this.
        await actions.restart(run_id)

        async def nothing_more() -> None:
            pass

        return await self.carry_out(run_id, run.workflow_id, nothing_more, options, seen=run.last_seq)
