"""Ends the time that a run waits for, and waits for the run."""

from django.core.management.base import CommandParser

from playground.actions import actions, proceed_retry
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Wake."""

    help = (
        "End the time that a step waits for, as if it had come: a timer, the pause before its next attempt, or the "
        "deadline of a question or an event. Then wait until the run ends or waits again, and write what it came to."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the run, and which step."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument("--step", metavar="PATH", help="which step, when several wait for a time")
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record it, and wait."""
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)

        async def wake() -> None:
            await proceed_retry.wake(run_id, options["step"])

        return await self.carry_out(run_id, run.workflow_id, wake, options, seen=run.last_seq)
