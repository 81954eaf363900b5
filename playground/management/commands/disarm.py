"""Disarms schedules."""

from playground.commandline.base import Options
from playground.commandline.exits import Exit
from playground.management.commands.arm import ArmingCommand
from playground.schedules import schedules


class Command(ArmingCommand):
    """Disarm schedules."""

    help = "Have a workflow's schedules start no more runs."
    word = "disarmed"

    async def work(self, options: Options) -> Exit:
        """Record it."""
        return await self.change(options, schedules.disarm)
