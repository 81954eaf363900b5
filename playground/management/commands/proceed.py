"""Has a paused run go on and waits for it."""

from typing import Any

from django.core.management.base import CommandParser

from engine.values.missing import MISSING
from playground.actions import actions, proceed_retry
from playground.commandline import command_input
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Go on."""

    help = (
        "Have a paused run go on, wait until it ends or waits again, and write what it has come to. "
        "The workers of a running playground go on with it; if there are none, this command does."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the run, and how it goes on."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--one", action="store_true", help="pause again before whatever comes next")
        way.add_argument("--step", metavar="PATH", help="of several paused steps, go on with this one alone")
        parser.add_argument(
            "--data", metavar="VALUE", help=f"what the paused step is given instead: {command_input.HELP}"
        )
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record it, and wait."""
        changed = options["data"] is not None
        value: Any = command_input.given_value("--data", options["data"]) if changed else MISSING
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)

        async def proceed() -> None:
            await proceed_retry.proceed(run_id, step=options["step"] or options["one"], value=value)

        return await self.carry_out(run_id, run.workflow_id, proceed, options, seen=run.last_seq)
