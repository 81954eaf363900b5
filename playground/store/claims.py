"""Claims: who may write to a run, and until when, by the database's clock.

Plain SQL, because each run is claimed and released at least once, and Django takes ten times as long to build these
statements as the database to execute them.
"""

from functools import lru_cache

from django.db import connection

from engine.errors import StaleEpoch, UnknownRun
from engine.journal.store import Claim
from playground.store.database import is_steady
from playground.store.database_clock import later_sql, now_sql
from playground.store.rows import events_of
from playground.store.turns.statements import MOST
from playground.store.turns.taking import take_turn

FIND = """
    SELECT number, epoch, last_seq, ended_at IS NOT NULL AND queued_at IS NULL,
        leased_until IS NOT NULL, leased_until > {now},
        EXISTS (SELECT 1 FROM playground_worker WHERE worker_id = owner AND ended_at IS NULL),
        (SELECT exit FROM playground_worker WHERE worker_id = owner),
        ended_at IS NOT NULL, workflow_id, {most}, lane
    FROM playground_run WHERE run_id = %s {lock}
"""
TAKE = """
    UPDATE playground_run SET epoch = epoch + 1, owner = %s, leased_until = {later},
        queued_at = CASE WHEN ended_at IS NULL THEN NULL ELSE queued_at END, called_at = NULL
    WHERE number = %s
"""
RENEW = """
    UPDATE playground_run SET leased_until = {later}
    WHERE run_id = %s AND epoch = %s AND (ended_at IS NULL OR queued_at IS NOT NULL)
"""
FREE = """
    UPDATE playground_run SET epoch = epoch + 1, leased_until = NULL, queued_at = COALESCE(queued_at, {now})
    WHERE run_id = %s AND ended_at IS NULL
"""
LAST_SEQ = "SELECT last_seq FROM playground_run WHERE run_id = %s"
RELEASE = """
    UPDATE playground_run SET leased_until = NULL, queued_at = CASE
        WHEN status = 'running' OR (status = 'pending' AND has_input) THEN COALESCE(queued_at, {now}) ELSE queued_at END
    WHERE run_id = %s AND epoch = %s
    RETURNING status = 'running' OR (status = 'pending' AND has_input), queued_at IS NOT NULL
"""

# A run that has ended stays queued as long as hooks may be left.
FINISH = "UPDATE playground_run SET leased_until = NULL, queued_at = NULL WHERE run_id = %s AND epoch = %s"


def claim(run_id: str, owner: str, lease: float, force: bool, after: int) -> tuple[int, Claim] | None:
    """Claim a run inside a transaction; return its number too. See `engine.Store.claim`."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(FIND, connection.vendor), [run_id])
        found = cursor.fetchone()
        if found is None:
            raise UnknownRun(f"no run has the id {run_id!r}")
        number, epoch, last_seq, over, held, holds, unseen, how_it_ended, ended, *limits = found
        if over or (not force and (holds or (held and not is_steady()))):
            return None
        # Who takes over what another has held, takes its place with it; and hooks need none.
        if not (force or held or ended or take_turn(number, *limits)):
            return None
        cursor.execute(_statement(TAKE, connection.vendor), [owner, _seconds(lease), number])
    # An owner that nobody saw die has only become silent, which comes from outside and is no fault of the run's.
    interrupted = bool(held) and not unseen
    events = events_of(run_id, after, None) if after < last_seq else ()
    return number, Claim(
        run_id=run_id, epoch=epoch + 1, interrupted=interrupted, last_seq=last_seq, lost=how_it_ended, events=events
    )


def renew(run_id: str, epoch: int, lease: float) -> int:
    """Renew a lease inside a transaction; return the run's last seq. See `engine.Store.renew`."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(RENEW, connection.vendor), [_seconds(lease), run_id, epoch])
        if not cursor.rowcount:
            raise StaleEpoch
        cursor.execute(LAST_SEQ, [run_id])
        return int(cursor.fetchone()[0])


def finish(run_id: str, epoch: int) -> bool:
    """Give back the claim of a run that has ended, with nothing left to do; return whether it was held."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [run_id, epoch])
        return bool(cursor.rowcount)


def release(run_id: str, epoch: int) -> tuple[bool, bool]:
    """Give a claim back; a run that could go on is queued, for its owner may have stopped in the middle.

    Returns:
        Whether it could go on, or the claim was no longer held; and whether it is queued.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(RELEASE, connection.vendor), [run_id, epoch])
        found = cursor.fetchone()
    return (True, False) if found is None else (bool(found[0]), bool(found[1]))


def free(run_id: str) -> bool:
    """Take a run from its owner, who can write no more, and queue it; return False when it has ended.

    Given back, not lost: a step fails that loses three workers, and here none has died.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(FREE, connection.vendor), [run_id])
        return bool(cursor.rowcount)


def _seconds(lease: float) -> str:
    return f"{lease:+.6f} seconds"


@lru_cache
def _statement(template: str, vendor: str) -> str:
    # SQLite locks the whole database when a transaction begins; elsewhere the row has to be locked.
    lock = "" if vendor == "sqlite" else "FOR UPDATE OF playground_run"
    return template.format(now=now_sql(vendor), later=later_sql(vendor), lock=lock, most=MOST)
