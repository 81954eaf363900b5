"""Starts a run and waits for it."""

import uuid

from django.core.management.base import CommandParser

from engine.errors import RunAlreadyStarted
from playground.actions import actions
from playground.commandline import command_input
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Start a run."""

    help = (
        "Start a run of a workflow, wait until it ends or waits for a person, and write what it has come to. "
        "The workers of a running playground execute it; if there are none, this command does, with MODULES."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the workflow and its input."""
        parser.add_argument("workflow", metavar="WORKFLOW", help="the workflow's id, as `list` shows it")
        parser.add_argument("--input", metavar="VALUE", help=f"the input: {command_input.HELP}; null when left out")
        parser.add_argument("--run-id", metavar="ID", help="the id of the new run; made up when left out")
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record the start, and wait."""
        value = command_input.given_value("--input", options["input"])
        run_id = options["run_id"] or str(uuid.uuid4())

        async def start() -> None:
            try:
                await actions.start(options["workflow"], value, run_id=run_id)
            except RunAlreadyStarted:
                self.say(f"See it: {self.command('show', run_id)}")
                if not (await actions.store.summary(run_id)).ended:
                    again = self.command("restart", run_id, modules=tuple(options["modules"]))
                    self.say(f"Go on with it, if it was interrupted: {again}")
                raise

        return await self.carry_out(run_id, options["workflow"], start, options)
