"""Lists schedules."""

from django.core.management.base import CommandParser

from playground.catalogue import catalogue
from playground.commandline.exit_codes import Exit
from playground.commandline.output import table, time_text
from playground.commandline.runs_command import Options, RunsCommand
from playground.schedules import schedules
from playground.schedules.schedules import ScheduleView


class Command(RunsCommand):
    """List schedules."""

    help = "List when workflows start by themselves, whether that is armed, and what has become of it."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which schedules."""
        parser.add_argument("workflow", metavar="WORKFLOW", nargs="?", help="only those of this workflow")

    async def work(self, options: Options) -> Exit:
        """Read the list."""
        if options["workflow"]:
            await catalogue.workflow(options["workflow"])
        found = await schedules.listing(options["workflow"])
        head = ("WORKFLOW", "SCHEDULE", "ARMED", "NEXT", "LAST", "MISSED", "TIMES")
        text = table(head, [_row(one) for one in found], self.width) if found else "There are no schedules."
        self.give({"schedules": [one.to_dict() for one in found]}, text)
        return Exit.DONE


def _row(one: ScheduleView) -> tuple[str, ...]:
    following = time_text(one.coming[0]) if one.armed and one.coming else "-"
    last = "-" if one.last_at is None else time_text(one.last_at)
    return (one.workflow_id, one.schedule_id, "yes" if one.armed else "no", following, last, str(one.missed), one.text)
