"""Disarms schedules."""

from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options
from playground.management.commands.arm import ArmingCommand
from playground.schedules import schedules


class Command(ArmingCommand):
    """Disarm schedules."""

    help = "Have a workflow's schedules start no more runs."
    word = "disarmed"

    async def work(self, options: Options) -> Exit:
        """Record it."""
        return await self.change(options, schedules.disarm)
