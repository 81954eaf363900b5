"""Lists runs."""

from datetime import UTC, datetime
from typing import get_args

from django.core.management.base import CommandParser

from engine.events import RunStatus
from engine.journal.summary import RunSummary
from playground.commandline.base import Options, RunsCommand
from playground.commandline.exits import CommandRefused, Exit
from playground.commandline.writing import lasted, table, time_text
from playground.runs import lists, wire
from playground.runs.lists import Filter

MOST = 500


class Command(RunsCommand):
    """List runs."""

    help = "List runs, newest first."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which runs."""
        parser.add_argument("--workflow", metavar="ID", default="", help="only runs of this workflow")
        parser.add_argument("--status", default="", help="only runs with this status; several with commas between")
        parser.add_argument("--q", metavar="TEXT", default="", help="only runs with this text in id, input or error")
        parser.add_argument("--since", metavar="TIME", help="created at this time or later, as in 2026-03-01T09:00")
        parser.add_argument("--until", metavar="TIME", help="created before this time")
        parser.add_argument("--limit", metavar="N", type=int, default=50, help=f"how many, at most {MOST} (50)")
        parser.add_argument("--after", metavar="NEXT", default="", help="go on after the part of the list before")

    async def work(self, options: Options) -> Exit:
        """Read a part of the list."""
        chosen = Filter(
            workflow=options["workflow"],
            status=_statuses(options["status"]),
            q=options["q"],
            since=_time("--since", options["since"]),
            until=_time("--until", options["until"]),
        )
        if not 1 <= options["limit"] <= MOST:
            raise CommandRefused(f"--limit takes a number from 1 to {MOST}, not {options['limit']}.")
        after = options["after"]
        if after and not (after.isascii() and after.isdigit() and len(after) < 19):
            raise CommandRefused(f"--after takes the next of the part before, not {after!r}.")
        found = await lists.page(chosen, after=after, limit=options["limit"])
        rows = [_row(one) for one in found.rows]
        text = table(("RUN", "WORKFLOW", "STATUS", "CREATED", "TOOK", "ERROR"), rows, self.width)
        self.give(
            {"runs": [wire.line(one) for one in found.rows], "next": found.next}, text if rows else "There are no runs."
        )
        if found.next and not self.as_json:
            self.say(f"There are more: --after {found.next}")
        return Exit.DONE


def _row(one: RunSummary) -> tuple[str, ...]:
    took = lasted(one.created_at, one.ended_at)
    return (one.run_id, one.workflow_id, one.status, time_text(one.created_at), took, (one.error or "").split("\n")[0])


def _statuses(text: str) -> str:
    known = get_args(RunStatus)
    if text and not set(text.split(",")) <= set(known):
        raise CommandRefused(f"--status takes {', '.join(known)} (several with commas between), not {text!r}.")
    return text


def _time(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandRefused(f"{option} takes a time such as 2026-03-01 or 2026-03-01T09:00Z, not {text!r}.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
