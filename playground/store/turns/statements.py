"""SQL of turns: conditions on runs, and the statements that the claim needs."""

from functools import lru_cache

from django.db import connection

from playground.store.database_clock import later_sql, now_sql

PATIENCE = "-3 seconds"
"""Who was called before this is passed over; longer than what lies between two looks of a worker."""

MOST = """
    (SELECT concurrency FROM playground_workflowversion AS version
    WHERE version.workflow_id = playground_run.workflow_id AND version.current ORDER BY published_at DESC LIMIT 1)
"""
"""An expression on a run: how many of its workflow are executed at once."""
HAS_TURNS = """
    playground_run.workflow_id IN (SELECT workflow_id FROM playground_workflowversion
        WHERE current AND (concurrency IS NOT NULL OR concurrency_key IS NOT NULL))
"""
"""A condition on a run: it may have to wait for others of its workflow."""
HAS_ROOM = """
    (playground_run.leased_until IS NOT NULL OR playground_run.ended_at IS NOT NULL OR (
        playground_run.workflow_id NOT IN (
            SELECT version.workflow_id FROM playground_workflowversion AS version
            WHERE version.current AND version.concurrency IS NOT NULL AND version.concurrency <= (
                SELECT count(*) FROM playground_run AS holder WHERE holder.workflow_id = version.workflow_id
                    AND holder.leased_until IS NOT NULL AND holder.ended_at IS NULL
            )
        ) AND (playground_run.lane IS NULL OR NOT EXISTS (
            SELECT 1 FROM playground_run AS holder
            WHERE holder.workflow_id = playground_run.workflow_id AND holder.lane = playground_run.lane
                AND holder.leased_until IS NOT NULL AND holder.ended_at IS NULL
        ))
    ))
"""
"""A condition on a run for which something is due: it has a place, or there is one for it."""

KEY = """
    SELECT concurrency_key FROM playground_workflowversion
    WHERE workflow_id = %s AND current ORDER BY published_at DESC LIMIT 1
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
PLACES = """
    SELECT count(*), count(CASE WHEN lane = %s THEN 1 END) FROM playground_run
    WHERE workflow_id = %s AND leased_until IS NOT NULL AND ended_at IS NULL AND number <> %s
"""
# The runs of a workflow that go before one of them: those that wait for longer, and were not called in vain.
BEFORE = """
    {one}.workflow_id = {other}.workflow_id AND {one}.queued_at IS NOT NULL AND {one}.leased_until IS NULL
    AND {one}.ended_at IS NULL AND ({one}.called_at IS NULL OR {one}.called_at > {called})
    AND ({one}.queued_at < {since} OR ({one}.queued_at = {since} AND {one}.number < {other}.number))
"""
AHEAD = """
    SELECT one.number FROM playground_run AS one, playground_run AS own
    WHERE own.number = %s AND {before} AND {which} ORDER BY one.queued_at, one.number LIMIT %s
"""
IN_LANE = "one.lane = own.lane"
FREE_IN_LANE = """
    (one.lane IS NULL OR NOT EXISTS (
        SELECT 1 FROM playground_run AS two WHERE two.workflow_id = own.workflow_id AND two.lane = one.lane
            AND two.ended_at IS NULL AND (two.leased_until IS NOT NULL OR ({two_before}))
    ))
"""
# For PostgreSQL alone, since there is no queue beside a file.
NEXT = """
    SELECT run_id FROM playground_run WHERE number IN (
        SELECT next.number FROM (
            SELECT DISTINCT workflow_id, concurrency FROM playground_workflowversion
            WHERE current AND (concurrency IS NOT NULL OR concurrency_key IS NOT NULL)
                AND (%s::text[] IS NULL OR workflow_id = ANY(%s))
        ) AS limited, LATERAL (
            SELECT number FROM playground_run
            WHERE workflow_id = limited.workflow_id AND queued_at IS NOT NULL AND leased_until IS NULL
                AND ended_at IS NULL AND (offer_at IS NULL OR offer_at <= statement_timestamp())
                AND {has_room} AND (lane IS NULL OR NOT EXISTS (
                    SELECT 1 FROM playground_run AS two WHERE {first_before} AND two.lane = playground_run.lane
                ))
            ORDER BY queued_at, number LIMIT COALESCE(limited.concurrency, %s)
        ) AS next
    ) ORDER BY number FOR UPDATE SKIP LOCKED
"""
WAIT_ON = "UPDATE playground_run SET queued_at = COALESCE(queued_at, {now}), offer_at = NULL WHERE number = %s"
# One that somebody has locked is being claimed at this moment.
CALL = """
    UPDATE playground_run SET called_at = {now}
    WHERE number IN (SELECT number FROM playground_run WHERE number = %s AND called_at IS NULL {unlocked})
"""


@lru_cache
def statement(template: str) -> str:
    """Return a statement as the database in use takes it."""
    vendor = connection.vendor
    now = now_sql(vendor)
    called = later_sql(vendor).replace("%s", f"'{PATIENCE}'")
    before = BEFORE.format(one="one", other="own", since=f"COALESCE(own.queued_at, {now})", called=called)
    two_before = BEFORE.format(one="two", other="one", since="one.queued_at", called=called)
    first_before = BEFORE.format(one="two", other="playground_run", since="playground_run.queued_at", called=called)
    inner = template.replace("{first_before}", first_before).replace("{has_room}", HAS_ROOM)
    inner = inner.replace("{before}", before).replace("{two_before}", two_before)
    return inner.replace("{now}", now).replace("{unlocked}", "" if vendor == "sqlite" else "FOR UPDATE SKIP LOCKED")
