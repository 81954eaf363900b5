"""However many runs there are, a list finds what it shows by an index, and with as many queries for few as for many."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.events import Draft
from playground.runs import bounded_counts, inbox, lists, retention
from playground.runs.lists import Filter
from playground.store import queue
from playground.store.orm import create_run

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def plan(look: Callable[[], object]) -> str:
    """Return how SQLite finds what a function reads."""
    with CaptureQueriesContext(connection) as captured:
        look()
    steps: list[str] = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            steps += [row[3] for row in cursor.fetchall()]
    return "\n".join(steps)


LOOKS: dict[str, tuple[Callable[[], object], str]] = {
    "a workflow's failures": (lambda: lists._page(Filter(workflow="flow", status="failed"), "", 50), "run_counted"),
    "a status": (lambda: lists._page(Filter(status="failed"), "", 50), "run_with_status"),
    "a workflow": (lambda: lists._page(Filter(workflow="flow"), "", 50), "run_"),
    "counts": (lists._counts, "COVERING INDEX run_counted"),
    "counts of a page": (bounded_counts._bounded_counts, "COVERING INDEX run_counted (workflow_id=? AND status=?)"),
    "known tags": (lists._known_tags, "run_tagged"),
    "a tag": (lambda: lists._page(Filter(tags=("nightly",)), "", 50), "run_tagged"),
    "what is too old": (lambda: list(retention._expired(timedelta(days=30)) or ()), "run_ended"),
    "the queue": (lambda: queue._due(["flow"], (), 10), "run_queued"),
    "the inbox": (lambda: inbox._inbox("", 50), "wait_of_kind"),
}


@pytest.mark.sqlite  # tests/servers/test_plans.py looks at PostgreSQL's plans
@pytest.mark.parametrize("name", LOOKS)
def test_what_is_asked_for_all_the_time_has_an_index(name: str) -> None:
    """Nothing reads all runs one after the other, or sorts what an index has in order."""
    look, index = LOOKS[name]
    found = plan(look)
    assert index in found
    scans = [line for line in found.splitlines() if line.startswith("SCAN playground_run")]
    assert all("USING" in line for line in scans), found


def ask(run_id: str) -> None:
    """Make a run that waits for a person."""
    created = Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d"})
    create_run(run_id, [created, Draft(AT, "step-suspended", ("ask",), {"payload": {"question": "Go?"}})])


@pytest.mark.parametrize(
    "look",
    [
        lambda: inbox._inbox("", 50),
        lambda: inbox._lines("person", "", 50),
        lambda: lists._page(Filter(workflow="flow", tags=("a",), q="x"), "", 50),
        lambda: lists._bounded_total(Filter(q="x")),
        bounded_counts._bounded_counts,
        lists._counts,
        lists._known_tags,
    ],
    ids=["inbox", "lines", "page", "total", "counts of a page", "counts", "tags"],
)
def test_many_take_no_more_queries_than_few(look: Callable[[], object]) -> None:
    """Twenty questions are read with the queries of one."""
    counts = []
    for most in (1, 20):
        for number in range(most):
            ask(f"{most}-{number}")
        with CaptureQueriesContext(connection) as captured:
            look()
        counts.append(len(captured))
    assert counts[0] == counts[1]
