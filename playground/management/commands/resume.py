"""Answers a suspended step and waits for the run."""

import argparse

from django.core.management.base import CommandParser

from playground.actions import actions, copies
from playground.commandline import command_input
from playground.commandline.command_input import RUN, meant
from playground.commandline.executing import ExecutingCommand
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options


class Command(ExecutingCommand):
    """Answer a step."""

    help = (
        "Answer a suspended step of a run, wait until the run ends or waits again, and write what it has come to. "
        "The workers of a running playground go on with it; if there are none, this command does."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the run and the answer."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument("--data", metavar="VALUE", required=True, help=f"the answer: {command_input.HELP}")
        parser.add_argument(
            "--step", metavar="PATH", help="which step, as in inner[0].ask; not needed for the only one"
        )
        parser.add_argument("--label", metavar="LABEL", help="the label with which the step waits")
        parser.add_argument("--index", metavar="N", type=_index, help="which item of a foreach, from 0")
        parser.add_argument(
            "--copy", action="store_true", help="give the answer to a copy of the run, which itself goes on waiting"
        )
        self.add_execution(parser)

    async def work(self, options: Options) -> Exit:
        """Record the answer, and wait."""
        value = command_input.given_value("--data", options["data"])
        run_id = await meant(options["run_id"])
        run = await actions.store.summary(run_id)
        there = {"label": options["label"], "index": options["index"]}
        new_id = actions.checked_id(None)

        async def answer_copy() -> None:
            await copies.resume_copy(run_id, options["step"], value, new_id=new_id, **there)

        async def answer() -> None:
            await actions.resume(run_id, options["step"], value, **there)

        if options["copy"]:
            return await self.carry_out(new_id, run.workflow_id, answer_copy, options)
        return await self.carry_out(run_id, run.workflow_id, answer, options, seen=run.last_seq)


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"expected the number of an item, from 0, and is {text!r}")
    return int(text)
