"""Sends an event to a run and waits for the run."""

from django.core.management.base import CommandParser

from engine.errors import UnknownStep
from engine.paths import Path, parse_path
from playground.actions import actions
from playground.commandline import command_input
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Send an event."""

    help = (
        "Send an event to a run, wait until the run ends or waits again, and write what it has come to. "
        "The workers of a running playground go on with it; if there are none, this command does."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the run, the event and what it carries."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument("event", metavar="NAME", help="the name of the event")
        parser.add_argument(
            "--data", metavar="VALUE", help=f"what it carries: {command_input.HELP}; null when left out"
        )
        parser.add_argument(
            "--step", metavar="PATH", help="the waiting step that it is meant for; else the first that waits for it"
        )
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record the event, and wait."""
        payload = command_input.given_value("--data", options["data"])
        path = None if options["step"] is None else _path(options["step"])
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)

        async def send() -> None:
            await actions.send_event(run_id, options["event"], payload, path=path)

        return await self.carry_out(run_id, run.workflow_id, send, options, seen=run.last_seq)


def _path(written: str) -> Path:
    try:
        return parse_path(written)
    except ValueError as error:
        raise UnknownStep(str(error)) from None
