"""Section 8: schedules, as a program defines, fires and tests them."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from engine import Context, Engine, Every, MemoryStore, Schedule, clone_workflow, create_workflow, step
from engine.errors import DefinitionError, DuplicateId, InvalidId, StartRefused
from engine.testing import FakeClock, run_scheduled
from tests.engine.contract.tiny import add_one, begin
from tests.engine.test_definition_law import WRONG as HOSTILE

MONDAY = datetime(2030, 1, 7, tzinfo=UTC)


class Order(BaseModel):
    """An input with a field that must be there, and one that need not."""

    city: str
    count: int = 1


@step
async def note(data: Any, ctx: Context) -> str:
    """Tell what the run was started for."""
    return str(ctx.scheduled_for)


def planned(*schedules: Any, input_schema: Any = None) -> Any:
    """Return a workflow with schedules."""
    made = create_workflow(id="tiny", input_schema=input_schema, output_schema=None, schedules=schedules)
    return made.then(note).commit()


def test_the_graph_carries_the_schedules() -> None:
    """So other processes know when something is due without the code; the input is checked, and has its defaults."""
    made = planned(
        Schedule("0 9 * * mon-fri", input_data={"city": "Rome"}, timezone="Europe/Berlin", id="weekdays"),
        Every(minutes=5, input_data=Order(city="Bonn"), missed="skip"),
        input_schema=Order,
    )
    assert made.graph["schedules"] == [
        {
            "id": "weekdays",
            "cron": "0 9 * * mon-fri",
            "timezone": "Europe/Berlin",
            "missed": "once",
            "input": {"city": "Rome", "count": 1},
        },
        {"id": "schedule-1", "every": 300, "missed": "skip", "input": {"city": "Bonn", "count": 1}},
    ]


def test_schedules_are_no_part_of_what_a_workflow_is() -> None:
    """A run goes on although the time was changed at which the next one starts; a workflow without has no such key."""
    assert planned(Every(hours=1)).digest == planned().digest
    assert "schedules" not in planned().graph


def test_ids_that_are_left_out_are_made() -> None:
    """They count, and leave out what has been given."""
    made = planned(Every(hours=1), Every(hours=2, id="schedule-1"), Every(hours=3))
    assert [one["id"] for one in made.graph["schedules"]] == ["schedule-2", "schedule-1", "schedule-3"]


def test_a_clone_has_no_schedules() -> None:
    """Or each due time would start both."""
    assert "schedules" not in clone_workflow(planned(Every(hours=1)), id="other").graph


WRONG = [
    ([Schedule("0 9 * *")], "Schedule 'schedule-1' of workflow 'tiny': The number of fields"),
    ([Schedule("0 9 * * *", timezone="Berlin")], "'Berlin' is no time zone"),
    ([Schedule(9)], "A cron expression is 9"),  # type: ignore[arg-type]
    ([Schedule("0 9 * * *", missed="twice")], "missed='twice'. Expected 'once', 'skip' or 'all'"),  # type: ignore[arg-type]
    ([Every()], "is no interval. Expected whole seconds"),
    ([Every(seconds=0.5)], "is no interval"),
    ([Every(seconds=-60)], "is no interval"),
    ([Every(minutes="5")], "is no interval"),  # type: ignore[arg-type]
    ([Every(days=float("inf"))], "is no interval"),
    ([Every(days=float("nan"))], "is no interval"),
    (["0 9 * * *"], "has the schedule '0 9 \\* \\* \\*'. Expected Schedule"),
    ("0 9 * * *", "Expected a list"),
    (Every(minutes=5), "Expected a list"),
    ([Every(minutes=5, id="a b")], "cannot be the id of a schedule"),
]


@pytest.mark.parametrize(("schedules", "message"), WRONG)
def test_what_is_wrong_fails_at_commit(schedules: Any, message: str) -> None:
    """The message says what was found, where, and what is expected."""
    builder = begin(schedules=schedules).then(add_one)
    with pytest.raises(DefinitionError, match=message):
        builder.commit()


@pytest.mark.parametrize("keyword", ["expression", "timezone", "id", "missed", "days", "seconds", "schedules", "one"])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_whatever_is_given_is_told(keyword: str, value: Any) -> None:
    """Values that break whatever is done to them too: nothing but a definition's error comes out."""
    cron, every = ("expression", "timezone"), ("days", "seconds")
    given: Any = [Schedule(**{"expression": "0 9 * * *", keyword: value})] if keyword in cron else [value]
    given = [Every(**{"hours": 1, keyword: value})] if keyword in (*every, "id", "missed") else given
    with suppress(DefinitionError):
        begin(schedules=value if keyword == "schedules" else given).then(add_one).commit()


def test_an_input_that_does_not_fit_fails_at_commit() -> None:
    """The schedule, the workflow and the field are named."""
    with pytest.raises(DefinitionError) as caught:
        planned(Schedule("0 9 * * *", id="daily", input_data={"count": 2}), input_schema=Order)
    told = (
        "The input_data of schedule 'daily' does not fit the input_schema of workflow 'tiny':\n  city: Field required"
    )
    assert str(caught.value) == told


def test_ids_are_unique_and_ids() -> None:
    """As those of steps are."""
    with pytest.raises(DuplicateId, match="Two schedules of workflow 'tiny' have the id 'a'"):
        planned(Every(hours=1, id="a"), Every(hours=2, id="a"))
    with pytest.raises(InvalidId):
        planned(Every(hours=1, id=""))


async def test_each_due_time_starts_a_run() -> None:
    """At nine by the clock of the zone, on the days that are named; the step knows for when."""
    schedule = Schedule("0 9 * * mon-fri", timezone=ZoneInfo("Europe/Berlin"), id="weekdays")
    results = await run_scheduled(planned(schedule), start=MONDAY, until=MONDAY + timedelta(days=7))
    assert [result.result for result in results] == [f"2030-01-{day:02} 08:00:00+00:00" for day in range(7, 12)]
    assert {result.schedule for result in results} == {"weekdays"}
    assert results[0].run_id == "tiny.weekdays.20300107T080000Z"
    assert results[0].to_dict()["scheduled_for"] == "2030-01-07T08:00:00+00:00"


async def test_a_run_that_no_schedule_started_has_no_due_time() -> None:
    """Neither in its context nor in its result."""
    result = await (await planned(Every(hours=1)).create_run()).start()
    assert (result.result, result.schedule, result.scheduled_for) == ("None", None, None)
    assert "schedule" not in result.to_dict()


@pytest.mark.parametrize(("missed", "hours"), [("once", [4, 5]), ("skip", [5]), ("all", [1, 2, 3, 4, 5])])
async def test_a_program_catches_up(missed: Any, hours: list[int]) -> None:
    """What was missed since the time that it names, as the schedule says."""
    app = Engine([planned(Every(hours=1, missed=missed))], clock=FakeClock(MONDAY + timedelta(hours=4, minutes=30)))
    await app.run_schedules(since=MONDAY, until=MONDAY + timedelta(hours=5))
    runs = [await (await app.run(summary.run_id)).state() for summary in await app.runs()]
    assert sorted(run.scheduled_for.hour for run in runs if run.scheduled_for) == hours


async def test_two_programs_on_one_store_start_one_run_each_time() -> None:
    """The id of a run follows from its schedule and due time."""
    clock = FakeClock(MONDAY)
    store = MemoryStore(clock)
    programs = [Engine([planned(Every(hours=1))], store=store, clock=clock) for _ in range(3)]
    await asyncio.gather(*(one.run_schedules(until=MONDAY + timedelta(hours=5)) for one in programs))
    assert len(await programs[0].runs()) == 5


async def test_a_refused_start_stops_nothing() -> None:
    """It is logged, and the next due time starts its run."""
    seen: list[str] = []

    def refuse_first(run: Any) -> None:
        seen.append(run.run_id)
        if len(seen) == 1:
            raise StartRefused("not today")

    made = create_workflow(
        id="tiny", input_schema=None, output_schema=None, schedules=[Every(hours=1)], on_start=refuse_first
    )
    results = await run_scheduled(made.then(note).commit(), start=MONDAY, until=MONDAY + timedelta(hours=3))
    assert len(seen) == 3
    assert [result.run_id for result in results] == seen[1:]


async def test_a_fork_keeps_the_due_time() -> None:
    """Its steps ask for the same day."""
    app = Engine([planned(Every(hours=1))], clock=FakeClock(MONDAY))
    await app.run_schedules(until=MONDAY + timedelta(hours=1))
    run = await app.run("tiny.schedule-1.20300107T010000Z")
    await app.runtime.drive(run.run_id)
    assert (await run.time_travel(step="note")).result == "2030-01-07 01:00:00+00:00"


async def test_a_program_goes_on_until_it_is_cancelled() -> None:
    """Without an end, due times start runs as long as the loop runs."""
    clock = FakeClock(MONDAY, auto=False)
    app = Engine([planned(Every(hours=1))], clock=clock)
    firing = asyncio.create_task(app.run_schedules())
    for hours in (1, 2, 3):
        await clock.sleeping()
        clock.advance(timedelta(hours=1))
        await clock.sleeping()
        assert len(await app.runs()) == hours
    firing.cancel()
    await asyncio.wait([firing])
    assert firing.cancelled()
