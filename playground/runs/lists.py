"""Lists and counts of runs, and what they were started with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Count, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from engine.journal.summary import RunSummary
from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.runs.bounded_counts import COUNTED
from playground.store.database import in_database
from playground.store.rows import from_text, summary_of, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which runs a list shows; the fields are the parameters of ``/runs/``."""

    workflow: str = ""
    status: str = ""
    """One status, or several with commas between them."""
    q: str = ""
    """Text in the id, the name, the input or the error."""
    tags: tuple[str, ...] = ()
    """Runs that have all of these; capitals do not matter."""
    resource_id: str = ""
    since: datetime | None = None
    """Created at this time or later."""
    until: datetime | None = None
    """Created before this time."""


ALL = Filter()
HAS_TAGS = RawSQL("NOT (playground_run.tags = '[]')", [], output_field=BooleanField())
"""The condition of the index over runs that have tags, word for word: with a value beside it no database uses that."""
TAGGED = 200
"""Of so many runs that have tags, these are offered to choose from."""
LOOKED = 5_000
"""A search for text, which no index answers, looks into so many runs at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunList:
    """A part of the list of runs, newest first."""

    rows: tuple[RunSummary, ...]
    next: str | None
    """What to give as ``after`` for the part that follows; None at the end."""
    looked_to: datetime | None = None
    """When the run was created at which a search for text stopped looking, so that ``next`` may follow few rows or
    none; None where all was looked at that could stand here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a run was started with."""

    run_id: str
    created_at: datetime
    value: Any


async def page(chosen: Filter = ALL, *, after: str = "", limit: int = 50) -> RunList:
    """Return runs, newest first.

    Text is looked for in the newest `LOOKED` runs that the rest of the filter chooses, and in the next as many by
    ``after``. A run whose id is the text is found wherever it stands.

    Args:
        chosen: which runs.
        after: `RunList.next` of the part before.
        limit: the most runs to return.
    """
    return await in_database(_page, chosen, after, limit)


async def patient_page(chosen: Filter, *, after: str, limit: int) -> RunList:
    """Return what `page` does, but have a search for text look on until it has found a run or looked into all."""
    found = await page(chosen, after=after, limit=limit)
    while not found.rows and found.next:
        found = await page(chosen, after=found.next, limit=limit)
    return found


async def total(chosen: Filter = ALL) -> int:
    """Return how many runs there are, though it takes long to count many."""
    return await in_database(lambda: _filtered(chosen).count())


async def bounded_total(chosen: Filter = ALL) -> int:
    """Return how many runs there are, as `playground.runs.bounded_counts` counts; of text, as far as a list looks."""
    return await in_database(_bounded_total, chosen)


async def slice_of(chosen: Filter, *, offset: int, limit: int) -> list[RunSummary]:
    """Return runs by their place in the list, newest first, for those who count pages."""
    return await in_database(lambda: [summary_of(run) for run in _filtered(chosen)[offset : offset + limit]])


async def counts() -> Mapping[str, Counter[str]]:
    """Return for each workflow id how many runs have each status."""
    return await in_database(_counts)


async def recent(workflow_ids: Sequence[str], *, limit: int = 5) -> Mapping[str, list[RunSummary]]:
    """Return the latest runs of each workflow."""
    return await in_database(_recent, workflow_ids, limit)


async def recent_inputs(workflow_id: str, *, limit: int = 10) -> list[Input]:
    """Return the latest different inputs of a workflow, newest first."""
    return await in_database(_recent_inputs, workflow_id, limit)


async def known_tags() -> list[str]:
    """Return the tags of the runs that have been tagged last, in the order of the alphabet."""
    return await in_database(_known_tags)


async def beginning_with(beginning: str, *, most: int) -> list[str]:
    """Return the ids of runs that begin so, newest first, some of them when there are more than ``most``."""
    return await in_database(_beginning_with, beginning, most)


def _beginning_with(beginning: str, most: int) -> list[str]:
    # Of equal prefixes SQLite tells capitals from small letters only in a range.
    begun = RunRow.objects.filter(run_id__gte=beginning, run_id__lt=beginning + "\U0010ffff").order_by("-number")
    return [run_id for run_id in begun.values_list("run_id", flat=True)[:most] if run_id.startswith(beginning)]


def _known_tags() -> list[str]:
    lists = RunRow.objects.filter(HAS_TAGS).order_by("-number").values_list("tags", flat=True)
    return sorted({tag for text in lists[:TAGGED] for tag in from_text(text)}, key=str.lower)


def _filtered(chosen: Filter) -> QuerySet[RunRow]:
    runs = RunRow.objects.order_by("-number")
    if chosen.workflow:
        runs = runs.filter(workflow_id=chosen.workflow)
    if chosen.status:
        runs = runs.filter(status__in=chosen.status.split(","))
    if chosen.tags:
        runs = runs.filter(HAS_TAGS)
    for tag in chosen.tags:
        # No tag has a comma, so one within its quotes stands in the list of another one nowhere.
        runs = runs.filter(tags__icontains=to_text(tag))
    if chosen.resource_id:
        runs = runs.filter(resource_id=chosen.resource_id)
    if chosen.since is not None:
        runs = runs.filter(created_at__gte=chosen.since)
    if chosen.until is not None:
        runs = runs.filter(created_at__lt=chosen.until)
    if chosen.q:
        places = ("run_id", "name", "input_text", "error")
        runs = runs.filter(reduce(or_, (Q(**{f"{place}__icontains": chosen.q}) for place in places)))
    return runs


def _page(chosen: Filter, after: str, limit: int) -> RunList:
    before = place_in_list(after) if after else None
    edge = _edge(chosen, before)
    found = list(_looked_at(chosen, before, edge)[: limit + 1])
    rows = found[:limit]
    if len(found) > limit:
        return _part(rows, go_on=rows[-1].number)
    if edge is None:
        return _part(rows)
    named = _without_text(chosen).filter(run_id=chosen.q, number__lte=edge[0]) if before is None else ()
    return _part([*rows, *named][:limit], go_on=edge[0] + 1, looked_to=edge[1])


def _part(rows: Sequence[RunRow], *, go_on: int | None = None, looked_to: datetime | None = None) -> RunList:
    part = tuple(map(summary_of, rows))
    return RunList(rows=part, next=None if go_on is None else str(go_on), looked_to=looked_to)


def _edge(chosen: Filter, before: int | None) -> tuple[int, datetime] | None:
    """Return number and time of the newest run that a search for text does not look at any more."""
    if not chosen.q:
        return None
    runs = _without_text(chosen) if before is None else _without_text(chosen).filter(number__lt=before)
    # A subquery, since what is skipped is read from an index alone where only numbers are asked for.
    edge = RunRow.objects.filter(number__in=Subquery(runs.values("number")[LOOKED : LOOKED + 1]))
    return next(iter(edge.values_list("number", "created_at")), None)


def _without_text(chosen: Filter) -> QuerySet[RunRow]:
    return _filtered(replace(chosen, q=""))


def _looked_at(chosen: Filter, before: int | None, edge: tuple[int, datetime] | None) -> QuerySet[RunRow]:
    runs = _filtered(chosen)
    if before is not None:
        runs = runs.filter(number__lt=before)
    return runs if edge is None else runs.filter(number__gt=edge[0])


def _bounded_total(chosen: Filter) -> int:
    return _looked_at(chosen, None, _edge(chosen, None))[: COUNTED + 1].count()


def place_in_list(text: str) -> int:
    """Read a place in a list; what is none stands for the start of the list's end, where nothing follows."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _counts() -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for workflow_id, status, number in RunRow.objects.values_list("workflow_id", "status").annotate(n=Count("*")):
        found.setdefault(workflow_id, Counter())[status] = number
    return found


def _recent(workflow_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
    return {
        workflow_id: [summary_of(run) for run in _filtered(Filter(workflow=workflow_id))[:limit]]
        for workflow_id in workflow_ids
    }


def _recent_inputs(workflow_id: str, limit: int) -> list[Input]:
    runs = RunRow.objects.filter(workflow_id=workflow_id, has_input=True).order_by("-number")[: limit * 5]
    found: dict[str, Input] = {}
    for run in runs:
        rows = EventRow.objects.filter(run=run, type__in=["run-created", "run-started"]).order_by("seq")[:2]
        payloads = [from_text(row.payload) for row in rows]
        value = next((payload["input"] for payload in payloads if "input" in payload), None)
        found.setdefault(repr(value), Input(run_id=run.run_id, created_at=run.created_at, value=value))
        if len(found) == limit:
            break
    return list(found.values())
