"""The panel in which a rehearsal is put together."""

import re
from typing import Any

import pytest

from playground.actions import actions
from tests.pages.stage import TRIP, Stage, text_of

LISBON = {"f:tab": "json", "f": '{"city": "Lisbon", "days": 1}'}


def panel(**more: str) -> dict[str, Any]:
    """Return what the panel of TRIP posts, with more than nothing in some of its controls."""
    data = {"run": "rehearse"}
    for step in ("rehearse0", "rehearse1"):
        data |= {f"{step}-{name}": "" for name in ("times", "type", "message", "delay", "deaths")}
        data |= {f"{step}:tab": "json", step: '"made up"'}
    return LISBON | data | {name.replace("_", "-", 1): text for name, text in more.items()}


async def started(stage: Stage, **more: str) -> Any:
    """Start a rehearsal; return what it is to pretend."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", panel(**more))
    assert response.status_code == 303, text_of(response)
    run = await actions.state_of(response["Location"].split("/")[2])
    assert run.rehearsal is not None
    return run.rehearsal.to_dict()


async def test_the_panel_is_shown_when_it_is_asked_for(stage: Stage) -> None:
    """With a part for each step, filled with what it gave last; without the question there is an empty place for it."""
    run_id = await stage.suspended("Porto")
    page = await stage.get("/workflows/trip/?rehearse")
    assert re.findall(r'<summary>.*?<span class="mono">(\w+)</span>', page) == ["look_up", "approve"]
    assert "Porto for 1" in page
    assert 'value="rehearse"' in page
    assert 'value="rehearse"' not in await stage.get("/workflows/trip/")
    assert (await actions.state_of(run_id)).rehearsal is None


async def test_a_rehearsal_is_what_was_put_together(stage: Stage) -> None:
    """What is left empty is not pretended."""
    assert await started(stage) == {}
    assert await started(stage, rehearse0_returns="on") == {"results": {"look_up": "made up"}}
    late = {"rehearse1_times": "2", "rehearse1_type": "TimeoutError", "rehearse1_message": "late"}
    failure = {"times": 2, "type": "TimeoutError", "message": "late"}
    assert await started(stage, **late) == {"failures": {"approve": failure}}
    assert await started(stage, rehearse1_delay="0.5", rehearse0_deaths="1") == {
        "delays": {"approve": 0.5},
        "deaths": {"look_up": 1},
    }


async def test_a_normal_run_takes_nothing_from_the_panel(stage: Stage) -> None:
    """Only its own button starts a rehearsal."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", panel(rehearse0_returns="on", run="1"))
    assert (await actions.state_of(response["Location"].split("/")[2])).rehearsal is None


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"rehearse0_times": "many"}, "look_up: how often it fails is &#x27;many&#x27;, and a number is expected"),
        ({"rehearse0_times": "0"}, "expected a whole number of 1 or more"),
        ({"rehearse0_times": "1", "rehearse0_type": "not a name"}, "expected the name of a class"),
        ({"rehearse0_delay": "-1"}, "expected seconds, 0 or more"),
        ({"rehearse0_delay": "nan"}, "expected seconds, 0 or more"),
        ({"rehearse1_deaths": "x"}, "approve: deaths is &#x27;x&#x27;"),
        ({"rehearse0_returns": "on", "rehearse0": "5"}, "f-problems"),
    ],
)
async def test_what_is_wrong_stays_as_it_was_typed(stage: Stage, wrong: dict[str, str], error: str) -> None:
    """No run is made, and the panel is shown again with what was typed."""
    await stage.publish(TRIP)
    data = panel() | {name.replace("_", "-", 1): text for name, text in wrong.items()}
    response = await stage.post("/workflows/trip/", data)
    assert response.status_code == 422
    page = text_of(response)
    assert error in page
    assert all(f'value="{text}"' in page for name, text in wrong.items() if text not in ("on", "5"))
    assert '"runs": []' in (await stage.get("/api/runs"))


async def test_a_structural_button_gives_its_own_form_back(stage: Stage) -> None:
    """As scripts ask for it; without them the whole page comes back, with the panel in it."""
    await stage.publish(TRIP)
    data = panel() | {"rehearse1:do": "tab:fields"}
    part = text_of(await stage.post("/workflows/trip/rehearse/", data))
    assert 'id="rehearse1"' in part
    assert "rehearse0" not in part
    page = text_of(await stage.post("/workflows/trip/", data))
    assert "<title>" in page
    assert 'id="rehearse1"' in page
    assert (await stage.post("/workflows/trip/rehearse/", panel())).status_code == 400


async def test_production_says_that_it_rehearses_nothing(stage: Stage, settings: Any) -> None:
    """The page comes back with the reason, and no run is made."""
    settings.PRODUCTION = True
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", panel(rehearse0_returns="on"))
    assert response.status_code == 409
    assert "this is production, where no run is rehearsed" in text_of(response)
