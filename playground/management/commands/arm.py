"""Arms schedules."""

from playground.commandline.arming import ArmingCommand
from playground.commandline.base import Options
from playground.commandline.exits import Exit
from playground.schedules import schedules


class Command(ArmingCommand):
    """Arm schedules."""

    help = "Have a workflow's schedules start runs, from now on."
    word = "armed"

    async def work(self, options: Options) -> Exit:
        """Record it."""
        return await self.change(options, schedules.arm)
