"""A connection that an error has left inside a transaction: what comes next is committed all the same."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import connection, connections, transaction

from engine.events import Draft
from playground.models import Run
from playground.store import database
from playground.store.orm import create_run

pytestmark = pytest.mark.django_db(transaction=True)


class Torn(Exception):
    """Something that no database says."""


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Give a thread that has not been connected yet."""
    with ThreadPoolExecutor(1) as threads:
        yield threads
        threads.submit(lambda: connection.close()).result()


def torn() -> "mock._patch[mock.Mock]":
    """Have an error come where this thread's connection is to begin or leave a transaction."""
    return mock.patch.object(connections["default"], "set_autocommit", side_effect=Torn)


def torn_while_connecting() -> None:
    """Break off when the connection is there, and nothing is settled on it yet."""
    with pytest.raises(Torn), torn():
        connection.connect()


def torn_after_a_commit() -> None:
    """Break off when a transaction has been committed, before there can be another one."""
    with ExitStack() as until_the_end, pytest.raises(Torn), transaction.atomic():
        # Within the transaction, that is, so that only its end comes to it.
        until_the_end.enter_context(torn())


def write() -> None:
    """Record a run, as one transaction."""
    created = Draft(datetime(2026, 3, 1, tzinfo=UTC), "run-created", (), {"workflow_id": "flow"})
    database.transact(lambda: create_run("r", [created]))


@pytest.mark.parametrize("tear", [torn_while_connecting, torn_after_a_commit])
def test_what_is_written_next_is_committed(
    tear: Callable[[], None], thread: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    """Others see it, and the log tells what was found, once."""
    thread.submit(tear).result()
    with caplog.at_level(logging.WARNING, "playground.store"):
        thread.submit(write).result()
        thread.submit(database._read, Run.objects.count).result()
    assert Run.objects.get().run_id == "r"
    assert [record.getMessage() for record in caplog.records] == [
        "a connection to the database was left inside a transaction: it is closed, and made anew"
    ]


@pytest.mark.parametrize("tear", [torn_while_connecting, torn_after_a_commit])
def test_what_is_read_next_holds_no_locks(tear: Callable[[], None], thread: ThreadPoolExecutor) -> None:
    """Reading leaves no transaction open, either, for which a migration would wait."""
    thread.submit(tear).result()
    assert thread.submit(database._read, Run.objects.count).result() == 0
    assert thread.submit(lambda: connection.get_autocommit()).result()


def test_a_transaction_inside_another_one_is_refused(thread: ThreadPoolExecutor) -> None:
    """What is to be durable when it returns cannot be a part of something that may be undone."""

    def nested() -> None:
        with transaction.atomic():
            write()

    with pytest.raises(RuntimeError, match="cannot be nested"):
        thread.submit(nested).result()
    assert not Run.objects.exists()
