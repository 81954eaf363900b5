"""Trying an answer on a copy of a suspended run, which goes on waiting itself."""

from collections.abc import Sequence
from typing import Any

from engine.journal.forks import record_copy
from engine.journal.requests import check_resumable
from playground.actions import value_checks
from playground.actions.actions import Known, announce, checked_id, clock, read_run, store, suspended_step
from playground.catalogue import catalogue


async def resume_copy(
    run_id: str,
    step: str | Sequence[str | int] | None,
    data: Any,
    *,
    label: str | None = None,
    index: int | None = None,
    suspension: str | None = None,
    known: Known | None = None,
    new_id: str | None = None,
) -> str:
    """Answer a suspended step in a new run that stands where this one does; return the new run's id.

    Arguments and errors are those of `playground.actions.actions.resume`; ``new_id`` is what the new run is called.

    Raises:
        UnknownWorkflow, StartRefused: no run was made.
    """
    known = known or await read_run(run_id)
    asked = suspended_step(known, step, label=label, index=index)
    check_resumable(known.run, asked.path, suspension)
    entry = await catalogue.workflow(known.run.workflow_id)
    answer = await value_checks.check_answer(known.run, known.entry, asked.path, data)
    new_id = checked_id(new_id)
    await record_copy(
        store,
        clock,
        run_id=run_id,
        new_run_id=new_id,
        digest=entry.digest,
        path=asked.path,
        data=answer,
        suspension=asked.suspension,
        permit=lambda: value_checks.permit_fork(entry.workflow_id),
    )
    await announce(new_id)
    return new_id
