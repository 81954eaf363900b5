"""Journals of every released format load, fold to the result that was recorded with them, and go on."""

import json
from pathlib import Path

import pytest

from engine import Engine, Event, MemoryStore, RunResult
from engine.events import EVENT_TYPES, Draft
from engine.journal.fold import fold
from engine.testing import FakeClock
from tests.golden.workflows import WORKFLOWS

HERE = Path(__file__).parent
JOURNALS = sorted(HERE.glob("*/*.jsonl"))


def events_of(journal: Path) -> list[Event]:
    """Return the events of a kept journal."""
    return [Event.from_dict(json.loads(line)) for line in journal.read_text().splitlines()]


async def stored(journal: Path, store: MemoryStore) -> str:
    """Put a kept journal into a store; return the run's id."""
    events = events_of(journal)
    drafts = [Draft(event.at, event.type, event.path, event.payload) for event in events]
    await store.create(events[0].run_id, drafts)
    return events[0].run_id


def test_the_journals_use_every_event_type() -> None:
    """No type of event is missing in the kept journals of the current format."""
    newest = max(JOURNALS, key=lambda journal: int(journal.parent.name)).parent
    used = {event.type for journal in newest.glob("*.jsonl") for event in events_of(journal)}
    assert used == set(EVENT_TYPES)


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda journal: f"{journal.parent.name}/{journal.stem}")
def test_a_journal_folds_to_its_result(journal: Path) -> None:
    """What the journal told when it was recorded it still tells."""
    result = RunResult.of(fold(events_of(journal)))
    assert result.to_dict() == json.loads(journal.with_suffix(".json").read_text())


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda journal: f"{journal.parent.name}/{journal.stem}")
async def test_a_stored_journal_is_read_as_it_was(journal: Path) -> None:
    """A store gives the run back, event by event, with its status."""
    store = MemoryStore()
    run_id = await stored(journal, store)
    assert await store.read(run_id) == events_of(journal)
    assert (await store.summary(run_id)).status == json.loads(journal.with_suffix(".json").read_text())["status"]


@pytest.mark.parametrize("journal", sorted(HERE.glob("*/suspended.jsonl")), ids=lambda journal: journal.parent.name)
async def test_a_suspended_run_goes_on(journal: Path) -> None:
    """A run that was suspended then is answered now, and ends."""
    store = MemoryStore()
    run = await Engine(WORKFLOWS, store=store, clock=FakeClock()).run(await stored(journal, store))
    result = await run.resume("ask", 3)
    assert (result.status, result.result) == ("success", {"ask": 6, "later": 1})


@pytest.mark.parametrize("journal", sorted(HERE.glob("*/paused.jsonl")), ids=lambda journal: journal.parent.name)
async def test_a_paused_rehearsal_goes_on(journal: Path) -> None:
    """A run that was paused then goes on now, under the rehearsal that it was started with."""
    store = MemoryStore()
    run = await Engine(WORKFLOWS, store=store, clock=FakeClock()).run(await stored(journal, store))
    result = await run.proceed(input_data=7)
    assert (result.status, result.error, result.paused) == ("failed", "no answer", [])
    assert result.steps["count"].input == 7


@pytest.mark.parametrize("journal", sorted(HERE.glob("*/succeeded.jsonl")), ids=lambda journal: journal.parent.name)
async def test_a_finished_run_can_be_forked(journal: Path) -> None:
    """A run that ended then is forked now, from a step in its middle."""
    store = MemoryStore()
    run = await Engine(WORKFLOWS, store=store, clock=FakeClock()).run(await stored(journal, store))
    result = await run.time_travel("ask", 1)
    assert result.steps["ask"].suspend_payload == {"about": 1}
    assert result.steps["items"].output == [2, 4, 6]
