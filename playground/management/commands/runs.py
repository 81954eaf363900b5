"""Lists runs."""

from django.core.management.base import CommandParser

from engine.journal.summary import RunSummary
from playground.commandline.exit_codes import Exit
from playground.commandline.output import lasted, table, time_text
from playground.commandline.runs_command import Options, RunsCommand
from playground.runs import lists, wire_shapes
from playground.runs.filter_query import MOST, SHOWN, read_filter


class Command(RunsCommand):
    """List runs."""

    help = "List runs, newest first."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which runs."""
        parser.add_argument("--workflow", metavar="ID", default="", help="only runs of this workflow")
        parser.add_argument("--status", default="", help="only runs with this status; several with commas between")
        parser.add_argument(
            "--q", metavar="TEXT", default="", help="only runs with this text in id, name, input or error"
        )
        parser.add_argument(
            "--tag", metavar="TAG", default="", help="only runs with this tag; several with commas between"
        )
        parser.add_argument(
            "--since", metavar="TIME", default="", help="created at this time or later, as in 2026-03-01T09:00"
        )
        parser.add_argument("--until", metavar="TIME", default="", help="created before this time")
        parser.add_argument("--limit", metavar="N", default="", help=f"how many, at most {MOST} ({SHOWN})")
        parser.add_argument("--after", metavar="NEXT", default="", help="go on after the part of the list before")

    async def work(self, options: Options) -> Exit:
        """Read a part of the list."""
        given = {name: options[name] for name in ("workflow", "status", "q", "tag", "since", "until", "after", "limit")}
        wanted = read_filter(given)
        found = await lists.patient_page(wanted.filter, after=wanted.after, limit=wanted.limit)
        rows = [_row(one) for one in found.rows]
        text = table(("RUN", "WORKFLOW", "STATUS", "CREATED", "TOOK", "ERROR"), rows, self.width)
        self.give(
            {"runs": [wire_shapes.line(one) for one in found.rows], "next": found.next},
            text if rows else "There are no runs.",
        )
        if found.next and not self.as_json:
            self.say(f"There are more: --after {found.next}")
        return Exit.DONE


def _row(one: RunSummary) -> tuple[str, ...]:
    took = lasted(one.created_at, one.ended_at)
    return (one.run_id, one.workflow_id, one.status, time_text(one.created_at), took, (one.error or "").split("\n")[0])
