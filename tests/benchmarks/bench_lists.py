"""Lists over a million runs, on a file of their own: how long the server takes for each question."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection

from tests.benchmarks.database import FOLDER
from tests.benchmarks.report import report

# Models are imported after tests.benchmarks.database has set up Django.
from playground.models import Run  # isort: skip
from playground.runs import bounded_counts, lists, retention  # isort: skip
from playground.runs.lists import Filter  # isort: skip
from playground.store import queue  # isort: skip

RUNS = 1_000_000
TRIES = 5
ROW = {
    "run_id": "'run-' || n",
    "workflow_id": "'flow-' || (n % 20)",
    "status": "CASE n % 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'canceled' ELSE 'success' END",
    "created_at": "strftime('%Y-%m-%d %H:%M:%f000', 1767225600 + n * 10, 'unixepoch')",
    "ended_at": "strftime('%Y-%m-%d %H:%M:%f000', 1767225600 + n * 10, 'unixepoch')",
    "input_text": """'{"order": ' || n || ', "customer": "somebody with a name"}'""",
    "tags": """CASE WHEN n IN (10, 500000) THEN '["rare"]' ELSE '[]' END""",
}
"""What differs between the runs."""


def main(count: int) -> None:
    """Fill a file, ask, and tell the shortest time of a few for each question."""
    with FOLDER:
        call_command("migrate", verbosity=0)
        fill(count)
        for name, look in looks().items():
            report("lists", f"{name}, {count:,} runs", min(seconds(look) for _ in range(TRIES)))
        connection.close()


def seconds(look: Callable[[], object]) -> float:
    """Return how long a look takes."""
    started = time.perf_counter()
    look()
    return time.perf_counter() - started


def fill(count: int) -> None:
    """Make so many runs that have ended."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    Run.objects.create(run_id="first", workflow_id="flow-0", digest="d", status="success", created_at=at, updated_at=at)
    names = [field.column for field in Run._meta.concrete_fields if field.column != "number"]
    same = ", ".join(name for name in names if name not in ROW)
    values = ", ".join(ROW.get(name, name) for name in names)
    numbers = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {count})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO playground_run ({', '.join(names)}) {numbers} "
            f"SELECT {values} FROM k, (SELECT {same} FROM playground_run LIMIT 1)"
        )


def looks() -> dict[str, Callable[[], object]]:
    """Return what is asked, by name."""
    day = datetime(2026, 1, 2, tzinfo=UTC)

    def page(chosen: Filter, after: str = "") -> Callable[[], object]:
        return lambda: lists._page(chosen, after, 50)

    return {
        "a page": page(Filter()),
        "a page in the middle": page(Filter(), "500000"),
        "of a workflow": page(Filter(workflow="flow-3")),
        "of a status": page(Filter(status="failed")),
        "of a workflow and a status": page(Filter(workflow="flow-3", status="failed")),
        "of a tag": page(Filter(tags=("rare",))),
        "of a day long ago": page(Filter(since=day, until=day + timedelta(days=1))),
        "text that many have": page(Filter(q="customer")),
        "text that none has": page(Filter(q="nothing like it")),
        "text that none has, of a workflow": page(Filter(q="nothing like it", workflow="flow-3")),
        "tags to choose from": lists._known_tags,
        "an id that is far back": page(Filter(q="run-10")),
        "counts of a page": bounded_counts._bounded_counts,
        "how many on a page": lambda: lists._bounded_total(Filter()),
        "how many on a page, of a text": lambda: lists._bounded_total(Filter(q="nothing like it")),
        "counts, exact": lists._counts,
        "how many, exact": lambda: lists._filtered(Filter()).count(),
        "what is too old, nothing": lambda: retention._expired(timedelta(days=3000)),
        "what a worker may take": lambda: queue._due(["flow-3"], (), 10),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
