"""Forks a run before one of its steps and waits for the new run."""

from django.core.management.base import CommandParser

from engine.values.missing import MISSING
from playground.actions import actions
from playground.commandline import command_input
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Fork a run."""

    help = (
        "Start a new run that shares what a run did before a step, and runs from there on with the code as it is now; "
        "wait until it ends or waits for a person, and write what it has come to. The run itself stays as it is."
    )
    makes_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run, and from where."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument("step", metavar="STEP", help="a step that has begun in the run, as in inner[0].ask")
        parser.add_argument(
            "--input", metavar="VALUE", help=f"what the step is given instead of what it had: {command_input.HELP}"
        )
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record the new run, and wait."""
        value = MISSING if options["input"] is None else command_input.given_value("--input", options["input"])
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)
        new_id = actions.checked_id(None)

        async def fork() -> None:
            await actions.fork(run_id, options["step"], value, new_id=new_id)

        return await self.carry_out(new_id, run.workflow_id, fork, options)
