"""Each due time starts one run, whoever comes to it, whatever the clocks do, and whoever dies meanwhile."""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from engine import Every, Schedule
from engine.schedules.due import due_times
from engine.schedules.planned import run_id_of
from engine.schedules.timing import Interval
from playground.actions import actions
from playground.catalogue.problems import ImportProblem
from playground.models import Schedule as Row
from playground.schedules import schedules
from playground.store.database import in_transaction
from tests.databases import variables_of
from tests.pages.stage import Stage
from tests.schedules.timed import look, row, started, timed

HOUR = timedelta(hours=1)


async def armed(stage: Stage, *given: Schedule | Every) -> datetime:
    """Publish a workflow with schedules and arm them; return since when they count."""
    await stage.publish(timed(*given))
    await schedules.arm("timed")
    since = (await row()).since
    assert since is not None
    return since


async def test_a_due_time_starts_a_run_with_its_input(stage: Stage) -> None:
    """The run knows which schedule started it, and for when; it ends like any other."""
    since = await armed(stage, Every(hours=1, input_data={"n": 1}))
    due = Interval(3600).after(since)
    assert await look(due - timedelta(seconds=1)) == []
    (run_id,) = await look(due + timedelta(seconds=1))
    assert run_id == run_id_of("timed", "schedule-1", due)
    result = await stage.play(run_id)
    assert (result.status, result.result) == ("success", {"n": 1})
    assert (result.schedule, result.scheduled_for) == ("schedule-1", due)
    assert (await actions.store.summary(run_id)).schedule == "schedule-1"


async def test_what_is_not_armed_starts_nothing(stage: Stage) -> None:
    """And when it is armed later, what has passed is of no interest."""
    await stage.publish(timed(Every(seconds=1)))
    assert await look(datetime.now(UTC) + HOUR) == []
    assert (await row()).next_at is None


async def test_disarming_ends_it(stage: Stage) -> None:
    """Arming it again counts from then on."""
    since = await armed(stage, Every(hours=1))
    await schedules.disarm("timed", "schedule-1")
    assert await look(since + 5 * HOUR) == []
    await schedules.arm("timed", "schedule-1")
    assert await look(datetime.now(UTC)) == []


async def test_arming_what_is_armed_changes_nothing(stage: Stage) -> None:
    """What is to be caught up is not forgotten by a second click."""
    since = await armed(stage, Every(hours=1))
    await schedules.arm("timed")
    assert (await row()).since == since


@pytest.mark.parametrize("workers", [1, 3])
async def test_workers_that_look_at_once_start_one_run(stage: Stage, workers: int) -> None:
    """Whoever comes second finds nothing due."""
    since = await armed(stage, Every(hours=1))
    for hours in range(1, 6):
        assert len(await look(*[since + hours * HOUR] * workers)) == 1
    assert len(await started()) == 5


@pytest.mark.parametrize("missed", ["once", "skip", "all"])
@pytest.mark.parametrize("seed", range(4))
async def test_each_due_time_starts_one_run(stage: Stage, missed: Any, seed: int) -> None:
    """Three workers whose clocks differ and jump, with a restart in the middle.

    None starts two, and each is started or, where that is wanted, counted as missed; those that were come to in time
    are started under every policy.
    """
    chance = random.Random(seed)
    since = await armed(stage, Every(seconds=20, missed=missed))
    now = top = since
    in_time: set[str] = set()
    for turn in range(40):
        leap = chance.choice([7, 13, 31, 31, 45, -25, -25, 400, -300])
        now = max(since, now + timedelta(seconds=leap))
        clocks = [now + timedelta(seconds=chance.uniform(-4, 4)) for _ in range(3)]
        if turn == 20:
            # Nothing runs for ten minutes, and the code is imported again.
            clocks = [clock + timedelta(seconds=600) for clock in clocks]
            now += timedelta(seconds=600)
            await stage.publish(timed(Every(seconds=20, missed=missed)))
        await look(*clocks)
        last = max(clocks)
        recent = due_times(Interval(20), after=max(top, last - timedelta(seconds=50)), until=last)
        in_time.update(run_id_of("timed", "schedule-1", due) for due in recent)
        top = max(top, last)
    every_one = [run_id_of("timed", "schedule-1", due) for due in due_times(Interval(20), after=since, until=top)]
    found, kept = await started(), await row()
    assert len(found) == len(set(found))
    assert set(found) <= set(every_one)
    assert in_time <= set(found)
    assert len(found) + kept.missed == len(every_one)
    assert missed != "all" or found == every_one


@pytest.mark.parametrize(("missed", "count"), [("once", 2), ("skip", 1), ("all", 10)])
async def test_what_was_missed_is_caught_up_as_the_schedule_says(stage: Stage, missed: Any, count: int) -> None:
    """Ten hours after it was looked at last, at a full hour."""
    since = await armed(stage, Every(hours=1, missed=missed))
    now = Interval(3600).after(since + 9 * HOUR)
    assert len(await look(now)) == count
    kept = await row()
    assert kept.missed == 10 - count
    assert (kept.missed_at is None) == (missed == "all")
    assert (kept.last_at, kept.next_at) == (now, now + HOUR)


async def test_a_clock_that_is_set_back_starts_nothing_again(stage: Stage) -> None:
    """Not even when the run has been deleted."""
    since = await armed(stage, Every(hours=1))
    now = since + HOUR
    (run_id,) = await look(now)
    from_before = [now - timedelta(minutes=minutes) for minutes in (0, 30, 90)]
    for clock in from_before:
        assert await look(clock) == []
    assert await started() == [run_id]


async def test_a_schedule_that_is_gone_is_off(stage: Stage) -> None:
    """Renamed or removed, it starts nothing; when it comes back it counts from then on, armed as it was."""
    since = await armed(stage, Every(hours=1, id="old"), Every(hours=1))
    await stage.publish(timed(Every(hours=1, id="new"), Every(hours=1)))
    assert [one.split(".")[1] for one in await look(since + HOUR)] == ["schedule-1"]
    assert [(one.schedule_id, one.armed) for one in await schedules.listing()] == [
        ("new", False),
        ("schedule-1", True),
    ]
    await stage.publish(timed(Every(hours=1, id="old"), Every(hours=1)))
    assert (await row("old")).armed
    assert ((await row("old")).since or since) > since


async def test_a_workflow_that_is_gone_starts_nothing(stage: Stage) -> None:
    """Its schedules went with it."""
    since = await armed(stage, Every(hours=1))
    await stage.publish(timed(id="other"))
    assert await look(since + HOUR) == []
    assert await schedules.listing() == []


async def test_a_workflow_whose_code_broke_goes_on(stage: Stage) -> None:
    """What was published last holds; its run waits for a worker that has the code again."""
    since = await armed(stage, Every(hours=1))
    broken = ImportProblem(module="flows.py", type="SyntaxError", message="no")
    await stage.publish(problems=(broken,))
    (run_id,) = await look(since + HOUR)
    assert (await actions.state_of(run_id)).status == "pending"


async def test_changed_times_count_from_when_they_were_published(stage: Stage) -> None:
    """What the former ones missed is not caught up by them; an input that has changed changes nothing else."""
    await armed(stage, Every(hours=1))
    await stage.publish(timed(Every(hours=1, input_data=2)))
    same = await row()
    await stage.publish(timed(Schedule("30 * * * *")))
    other = await row()
    assert other.armed
    assert same.since is not None
    assert other.since is not None
    assert other.since > same.since
    assert other.next_at is not None
    assert other.next_at.minute == 30


async def test_an_id_that_is_taken_is_left_alone(stage: Stage) -> None:
    """Somebody has started a run under it; the schedule goes on."""
    since = await armed(stage, Every(hours=1))
    due = Interval(3600).after(since)
    await actions.start("timed", None, run_id=run_id_of("timed", "schedule-1", due))
    assert await look(due) == []
    assert len(await look(due + HOUR)) == 1


async def test_the_setting_arms_what_nobody_has_disarmed(stage: Stage) -> None:
    """Also what is published later; and a person has the last word."""
    await stage.publish(timed(Every(hours=1), Every(hours=2)), arms=True)
    assert [one.armed for one in await schedules.listing()] == [True, True]
    await schedules.disarm("timed", "schedule-1")
    await stage.publish(timed(Every(hours=1), Every(hours=2), Every(hours=3)), arms=True)
    assert [one.armed for one in await schedules.listing()] == [False, True, True]
    await stage.publish(timed(Every(hours=1), Every(hours=2), Every(hours=3), Every(hours=4)))
    assert [one.armed for one in await schedules.listing()] == [False, True, True, False]


DYING = """
import os, signal, django
django.setup()
from playground.schedules import firing
real = firing.create_run
def die(*args):
    real(*args)
    os.kill(os.getpid(), signal.SIGKILL)
if {when!r} == "before the end":
    firing.create_run = die
firing.fire()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before the end", "after it"])
async def test_a_process_that_dies_loses_and_doubles_nothing(stage: Stage, when: str) -> None:
    """The run and the note that it was started are one transaction: both are there, or another process does it."""
    since = await armed(stage, Every(hours=1))
    due = Interval(3600).after(since - HOUR)
    await in_transaction(lambda: Row.objects.update(since=due - HOUR / 2, next_at=due))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DYING.format(when=when)),
        env={**os.environ, **variables_of(connection.settings_dict), "DJANGO_SETTINGS_MODULE": "playground.settings"},
    )
    assert await process.wait() == -signal.SIGKILL
    run_ids = [run_id_of("timed", "schedule-1", due)]
    assert await started() == ([] if when == "before the end" else run_ids)
    assert await look(since) == (run_ids if when == "before the end" else [])
    assert await started() == run_ids
    assert (await row()).last_run_id == run_ids[0]
