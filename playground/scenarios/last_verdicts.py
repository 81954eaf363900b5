"""What scenarios came to last, and which are played after each reload: kept in the database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.models import Q

from engine.scenarios.expectation import Verdict
from playground.models import ScenarioSwitch, ScenarioVerdict
from playground.models import Worker as WorkerRow
from playground.scenarios.scenario_process import Came
from playground.store import in_database, in_transaction
from playground.store.database_clock import Now
from playground.store.rows import from_text, to_text

LONGEST = 1024
"""Characters of a path that tell it from others; of a longer one the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What a scenario came to when it was played last."""

    came: Came
    at: datetime
    code: str
    """The newest worker then."""


async def last_of(files: Iterable[Path]) -> dict[Path, Last]:
    """Return what scenarios came to last, by their files; nothing of those that were not played."""
    names = {_name(file): file for file in files}
    rows = ScenarioVerdict.objects.filter(file__in=list(names))
    return await in_database(lambda: {names[row.file]: _read(row) for row in rows})


async def keep(file: Path, came: Came, code: str) -> None:
    """Keep what a scenario came to now, in place of what it came to before."""
    values = {"verdict": to_text(asdict(came.verdict)), "updated": came.updated, "at": datetime.now(UTC), "code": code}
    await in_transaction(lambda: ScenarioVerdict.objects.update_or_create(file=_name(file), defaults=values))


async def is_switched_on(workflow_id: str) -> bool:
    """Tell whether a workflow's scenarios are played after each reload."""
    return await in_database(ScenarioSwitch.objects.filter(workflow_id=workflow_id).exists)


async def switch(workflow_id: str, *, on: bool) -> None:
    """Have a workflow's scenarios played after each reload from now on, or no more."""
    if on:
        await in_transaction(lambda: ScenarioSwitch.objects.get_or_create(workflow_id=workflow_id))
    else:
        await in_transaction(ScenarioSwitch.objects.filter(workflow_id=workflow_id).delete)


async def claim_for(worker_id: str, workflow_ids: Iterable[str]) -> list[str]:
    """Return which workflows' scenarios a worker that is ready now is to play.

    Of several workers that were started for one reload, only the first gets them.
    """
    return await in_transaction(_claim, worker_id, sorted(workflow_ids))


def _claim(worker_id: str, workflow_ids: list[str]) -> list[str]:
    since = WorkerRow.objects.filter(worker_id=worker_id).values_list("started_at", flat=True).first()
    if since is None:
        return []
    due = ScenarioSwitch.objects.filter(Q(begun_at=None) | Q(begun_at__lt=since))
    return [one for one in workflow_ids if due.filter(workflow_id=one).update(begun_at=Now())]


def _name(file: Path) -> str:
    return str(file.absolute())[-LONGEST:]


def _read(row: ScenarioVerdict) -> Last:
    verdict: dict[str, Any] = from_text(row.verdict)
    return Last(came=Came(verdict=Verdict(**verdict), updated=row.updated), at=row.at, code=row.code)
