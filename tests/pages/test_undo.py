"""What was done is told once, by the page that comes next, and what it offers to undo comes back as it was."""

import html
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.core import signing

from playground.actions import actions
from playground.catalogue import saved_inputs
from playground.display.toasts import COOKIE, LARGEST
from playground.models import Run
from tests.pages.stage import Stage, text_of

PORTO = {"f:tab": "json", "f": '{"city": "Porto", "days": 1.10}'}
FARO = {"f:tab": "json", "f": '{"city": "Faro"}'}


async def called(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Give a run that has a name and tags to be changed."""
    run_id = await stage.suspended()
    await stage.post(f"/runs/{run_id}/call/", {"name": "Lisbon <first>", "tags": "nightly, shop"})
    shown = {"name-before": "Lisbon <first>", "tags-before": "nightly,shop"}
    return f"/runs/{run_id}/call/", {"name": "", "tags": "shop, Ünïcode", **shown}


async def first_saved(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Give an input to be saved under a new name."""
    await stage.suspended()
    return "/workflows/trip/saved/", {**PORTO, "saved-name": "sea"}


async def saved_again(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Give an input to be saved under a name that another has."""
    address, given = await first_saved(stage)
    await stage.post(address, given)
    return address, {**FARO, "saved-name": " sea "}


async def forgotten(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Give a saved input to be deleted."""
    address, given = await first_saved(stage)
    await stage.post(address, given)
    (kept,) = await saved_inputs.listing("trip")
    return f"/workflows/trip/saved/{kept.saved_id}/delete/", {}


async def everything() -> Any:
    """Return what the actions change."""
    runs = [await actions.state_of(run_id) async for run_id in Run.objects.values_list("run_id", flat=True)]
    named = {(run.run_id, run.name, frozenset(run.tags)) for run in runs}
    return named, {(one.name, str(one.value)) for one in await saved_inputs.listing("trip")}


def fields_of(form: str) -> dict[str, str]:
    """Return the fields of the form of a message."""
    fields = re.findall(r'<textarea name="([^"]*)" hidden>(.*?)</textarea>', form, re.DOTALL)
    return {name: html.unescape(value) for name, value in fields}


async def undo(stage: Stage, page: str) -> str:
    """Press the button of a page and return where that leads."""
    form = re.search(r'class="toast".*?action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    response = await stage.post(form[1], fields_of(form[2]))
    assert response.status_code == 303
    return str(response["Location"])


@pytest.mark.parametrize("prepared", [called, first_saved, saved_again, forgotten])
async def test_what_is_undone_is_as_it_was(
    stage: Stage, prepared: Callable[[Stage], Awaitable[tuple[str, dict[str, Any]]]]
) -> None:
    """By the form of the message alone; what undoes it can be undone in its turn."""
    address, given = await prepared(stage)
    before = await everything()
    response = await stage.post(address, given)
    after = await everything()
    assert after != before
    back = await undo(stage, await stage.get(response["Location"]))
    assert await everything() == before
    await undo(stage, await stage.get(back))
    assert await everything() == after


async def test_a_name_that_was_changed_once_more_stays(stage: Stage) -> None:
    """Whoever takes his own name back does not take that of another away; the tags are taken back all the same."""
    address, given = await called(stage)
    response = await stage.post(address, {**given, "name": "mine", "tags": "mine"})
    told = await stage.get(response["Location"])
    await stage.post(address, {"name": "theirs", "name-before": "mine", "tags": "mine", "tags-before": "mine"})
    back = await undo(stage, told)
    assert "The name was changed again meanwhile, and stays." in await stage.get(back)
    ((_, name, tags),) = (await everything())[0]
    assert (name, tags) == ("theirs", {"nightly", "shop"})


@pytest.mark.parametrize("prepared", [first_saved, saved_again, forgotten])
async def test_an_undo_leaves_what_somebody_else_has_saved_since(
    stage: Stage, prepared: Callable[[Stage], Awaitable[tuple[str, dict[str, Any]]]]
) -> None:
    """Their input stays as it is, whichever change is taken back, and that is said."""
    address, given = await prepared(stage)
    response = await stage.post(address, given)
    page = await stage.get(response["Location"])
    await saved_inputs.save("trip", "sea", {"city": "Rome"})
    form = re.search(r'class="toast".*?action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    refused = await stage.post(form[1], fields_of(form[2]))
    page = text_of(refused) if refused.status_code == 422 else await stage.get(refused["Location"])
    assert "left as it is" in page
    assert [one.value for one in await saved_inputs.listing("trip")] == [{"city": "Rome"}]


async def test_it_is_told_once_and_to_a_whole_page(stage: Stage) -> None:
    """What a script asks for between leaves it to the page, and a reload does not say it again."""
    run_id = await stage.suspended()
    response = await stage.post(f"/runs/{run_id}/cancel/")
    told = "The run is canceled."
    assert told not in await stage.get("/runs/", **{"HX-Request": "true"})
    assert told in await stage.get(response["Location"])
    assert told not in await stage.get(response["Location"])


async def test_a_way_back_that_does_not_fit_is_not_offered(stage: Stage) -> None:
    """The message is there without it, and the cookie stays below what browsers take."""
    await stage.suspended()
    text = "".join(chr(0x4E00 + number) for number in range(3000))
    await stage.post("/workflows/trip/saved/", {"f:tab": "json", "f": f'{{"city": "{text}"}}', "saved-name": "long"})
    (kept,) = await saved_inputs.listing("trip")
    response = await stage.post(f"/workflows/trip/saved/{kept.saved_id}/delete/")
    assert len(response.cookies[COOKIE].value) < LARGEST
    page = await stage.get(response["Location"])
    assert "The saved input is deleted." in page
    assert "Undo" not in page


async def test_a_cookie_that_is_not_ours_tells_nothing(stage: Stage) -> None:
    """What was written by somebody else, or before a restart, is passed over."""
    stage.client.cookies[COOKIE] = "made-up:1aaaaa:xyz"
    response = await stage.client.get("/runs/")
    assert 'class="toast"' not in text_of(response)


@pytest.mark.parametrize(
    ("facts", "told"), [({"status": "success", "text": "Done.", "icon": "x"}, True), ({"text": "Done."}, False)]
)
async def test_a_message_of_another_version_breaks_no_page(stage: Stage, facts: dict[str, str], told: bool) -> None:
    """What it has beside is passed over; one that lacks what is needed is not told."""
    stage.client.cookies[COOKIE] = signing.dumps(json.dumps(facts), salt=COOKIE, compress=True)
    assert ("Done." in await stage.get("/runs/")) is told
