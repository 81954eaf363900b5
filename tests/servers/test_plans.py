"""How PostgreSQL finds what is asked for all the time, however many runs there are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.runs import bounded_counts, lists, retention
from playground.runs.lists import Filter
from playground.store import queue
from playground.store.postgres_journal import ADVANCE

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


def plan(sql: str) -> str:
    """Return the plan of a statement for tables that are too large to be read as a whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        found = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    return found


def test_a_look_at_the_queue_does_not_read_all_runs() -> None:
    """Each reason to look has an index of its own."""
    with CaptureQueriesContext(connection) as captured:
        queue._due(["flow"], ["busy"], 10)
    for query in captured.captured_queries:
        assert "Seq Scan" not in plan(query["sql"])


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda: lists._page(Filter(workflow="flow", status="failed"), "", 50), "run_"),
        (bounded_counts._bounded_counts, "run_counted"),
        (lists._known_tags, "run_tagged"),
        (lambda: lists._page(Filter(tags=("nightly",)), "", 50), "run_tagged"),
        (lambda: list(retention._expired(timedelta(days=30)) or ()), "run_ended"),
    ],
    ids=["failures", "counts", "known tags", "a tag", "too old"],
)
def test_a_list_does_not_read_all_runs(look: Callable[[], object], index: str) -> None:
    """What pages and pruning ask for has an index of its own."""
    with CaptureQueriesContext(connection) as captured:
        look()
    found = "\n".join(plan(query["sql"]) for query in captured.captured_queries)
    assert index in found
    assert "Seq Scan on playground_run" not in found


def test_a_batch_finds_its_runs_one_after_the_other_by_their_numbers() -> None:
    """In the order in which they are given, so that all batches lock in the same order."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_hashjoin = off; SET enable_mergejoin = off")
    array, times = "ARRAY[1,2]::int8[]", "ARRAY[now(), now()]"
    sql = ADVANCE
    for number in range(1, 5):
        sql = sql.replace(f"${number}", array)
    found = plan(sql.replace("$5", times))
    assert "Nested Loop" in found
    assert "Index Scan using playground_run_pkey" in found
    assert "Seq Scan on playground_run" not in found
