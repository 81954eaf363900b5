"""Sources of steps are published by one process while another one forgets what is used no more."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from playground.catalogue.published import WorkflowEntry
from playground.catalogue.source_code import forget_sources, keep_sources
from playground.models import StepSource, WorkflowCode, WorkflowVersion
from playground.store import in_database, in_transaction
from tests.patience import MOMENT, PATIENCE
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

ENTRY = WorkflowEntry(workflow_id="flow", digest="d", graph={}, sources={"one": "def one(): ..."})
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def is_waiting() -> bool:
    """Tell whether a transaction waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


async def test_what_is_published_meanwhile_is_not_forgotten(server: Postgres) -> None:
    """A source that was there, used by nobody, is taken up again in the moment in which it would go."""
    await in_transaction(keep_sources, [ENTRY])
    kept, go_on = threading.Event(), threading.Event()

    def publish() -> None:
        (code,) = keep_sources([ENTRY]).values()
        kept.set()
        go_on.wait(PATIENCE)
        WorkflowVersion.objects.create(
            workflow_id="flow", digest="d", graph="{}", module="m", site="[]", published_at=datetime.now(UTC), code=code
        )

    publishing = asyncio.create_task(in_transaction(publish))
    await asyncio.to_thread(kept.wait, PATIENCE)
    forgetting = asyncio.create_task(in_transaction(forget_sources))
    while not (forgetting.done() or await in_database(is_waiting)):
        await asyncio.wait([forgetting], timeout=MOMENT)
    go_on.set()
    await asyncio.gather(publishing, forgetting)
    assert await in_database(WorkflowCode.objects.count) == 1
    assert await in_database(StepSource.objects.count) == 1
