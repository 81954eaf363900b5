"""The page of schedules: what is due when, armed or not, and started now."""

import re
from datetime import UTC, datetime, timedelta

from engine import Every, Schedule
from playground.schedules import schedules
from tests.pages.stage import TRIP, Stage, attributes, text_of
from tests.schedules.timed import look, row, timed

NINE = Schedule("0 9 * * mon-fri", timezone="Europe/Berlin", input_data={"n": 1}, id="weekdays", missed="skip")


async def test_a_schedule_is_off_until_it_is_armed(stage: Stage) -> None:
    """The page says when it would be due, by the clock of its zone; the switch arms it, and disarms it again."""
    await stage.publish(timed(NINE))
    page = await stage.get("/schedules/")
    assert attributes(page, "data-armed") == ["false"]
    assert re.search(r"not armed; would be (Mon|Tue|Wed|Thu|Fri) \S+ 09:00 CES?T", page)
    assert "<code>0 9 * * mon-fri, Europe/Berlin</code> · what was missed is skipped" in page
    assert "no run yet" in page
    response = await stage.post("/schedules/timed/weekdays/arm/")
    assert (response.status_code, response["Location"]) == (303, "/schedules/")
    page = await stage.get("/schedules/")
    assert attributes(page, "aria-checked") == ["true"]
    assert len(re.findall(r"09:00 CES?T", page)) == 3
    await stage.post("/schedules/timed/weekdays/disarm/", {"back": "/workflows/timed/"})
    assert attributes(await stage.get("/schedules/"), "aria-checked") == ["false"]


async def test_the_switch_of_a_workflows_page_leads_back_to_it(stage: Stage) -> None:
    """And nowhere else, whatever is posted."""
    await stage.publish(timed(NINE))
    assert "Schedules</h2>" in await stage.get("/workflows/timed/")
    for back, place in (("/workflows/timed/", "/workflows/timed/"), ("//evil.example/", "/schedules/")):
        response = await stage.post("/schedules/timed/weekdays/arm/", {"back": back})
        assert response["Location"] == place


async def test_the_last_run_and_what_was_missed_are_shown(stage: Stage) -> None:
    """The run by its due time, with its status; and how many due times had none."""
    await stage.publish(timed(Every(hours=1)))
    await schedules.arm("timed")
    since = (await row()).since or datetime.now(UTC)
    await look(since.replace(minute=30) + timedelta(hours=5))
    page = await stage.get("/schedules/")
    assert re.search(r"[345] due times without a run of their own, found <time", page)
    run_id = (await row()).last_run_id
    assert f'href="/runs/{run_id}/"' in page
    assert 'data-status="pending"' in page
    await stage.play(run_id)
    await stage.post(f"/runs/{run_id}/delete/")
    page = await stage.get("/schedules/")
    assert "its run was deleted" in page
    assert run_id not in page


async def test_a_run_can_be_started_now(stage: Stage) -> None:
    """With the input of the schedule, armed or not; it says which schedule it is of, and so does the list."""
    await stage.publish(timed(NINE))
    before = datetime.now(UTC)
    response = await stage.post("/schedules/timed/weekdays/run/")
    assert response.status_code == 303
    run_id = response["Location"].split("/")[2]
    result = await stage.play(run_id)
    assert (result.result, result.schedule) == ({"n": 1}, "weekdays")
    assert before - timedelta(seconds=5) < (result.scheduled_for or before) < datetime.now(UTC) + timedelta(seconds=5)
    assert 'href="/schedules/#schedule-timed-weekdays">weekdays</a>, due at' in await stage.get(f"/runs/{run_id}/")
    text = await stage.get(f"/runs/{run_id}/", accept="text/plain")
    assert re.search(r"^schedule weekdays, due at \S+ \S+ UTC$", text, re.MULTILINE)
    assert 'title="Started by the schedule weekdays"' in await stage.get("/runs/")


async def test_lists_say_when_a_workflow_starts(stage: Stage) -> None:
    """The list of workflows has the times and the next of them; a workflow without schedules has nothing of it."""
    await stage.publish(timed(NINE), TRIP)
    page = await stage.get("/workflows/")
    assert page.count("not armed<") == 1
    await schedules.arm("timed")
    assert "next <time" in await stage.get("/workflows/")
    assert "Schedules</h2>" not in await stage.get("/workflows/trip/")


async def test_there_may_be_none(stage: Stage) -> None:
    """The page says how to have some."""
    await stage.publish(TRIP)
    assert "No schedules yet" in await stage.get("/schedules/")


async def test_what_is_unknown_is_not_found(stage: Stage) -> None:
    """The words say what there is instead."""
    await stage.publish(timed(NINE), TRIP)
    response = await stage.post("/schedules/timed/other/arm/")
    assert response.status_code == 404
    assert "There are: weekdays" in text_of(response)
    assert (await stage.post("/schedules/nothing/weekdays/run/")).status_code == 404
    assert (await stage.client.get("/schedules/timed/weekdays/arm/")).status_code == 405


async def test_nobody_is_left_to_wonder_why_nothing_starts(stage: Stage) -> None:
    """Armed, and no worker: the page says so."""
    await stage.publish(timed(NINE))
    assert "No worker is connected" not in await stage.get("/schedules/")
    await schedules.arm("timed")
    assert "No worker is connected" in await stage.get("/schedules/")
    await stage.register_worker()
    assert "No worker is connected" not in await stage.get("/schedules/")
