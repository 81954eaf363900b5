"""Arms schedules; and what that has in common with disarming them: which are meant, and what is said afterwards."""

from collections.abc import Awaitable, Callable

from django.core.management.base import CommandParser

from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand
from playground.schedules import schedules


class ArmingCommand(RunsCommand):
    """Arm or disarm schedules of a workflow."""

    word: str
    """What has become of them."""

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which schedules."""
        parser.add_argument("workflow", metavar="WORKFLOW", help="the workflow's id")
        parser.add_argument("schedule", metavar="SCHEDULE", nargs="?", help="one of its schedules; all when left out")

    async def change(self, options: Options, how: Callable[[str, str | None], Awaitable[list[str]]]) -> Exit:
        """Do it, and say what was done."""
        workflow_id = options["workflow"]
        changed = await how(workflow_id, options["schedule"])
        text = f"{self.word.capitalize()} of workflow {workflow_id}: {', '.join(changed)}."
        self.give({"workflowId": workflow_id, self.word: changed}, text)
        return Exit.DONE


class Command(ArmingCommand):
    """Arm schedules."""

    help = "Have a workflow's schedules start runs, from now on."
    word = "armed"

    async def work(self, options: Options) -> Exit:
        """Record it."""
        return await self.change(options, schedules.arm)
