"""Inputs that are saved under a name and offered again."""

import re
from typing import Any

from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.catalogue import saved_inputs
from tests.pages.stage import TRIP, Stage, text_of

PORTO = {"f:tab": "json", "f": '{"city": "Porto", "days": 3}'}


async def keep(stage: Stage, name: str, data: dict[str, Any] | None = None) -> str:
    """Save an input and return where that leads."""
    response = await stage.post("/workflows/trip/saved/", {**(data or PORTO), "saved-name": name})
    assert response.status_code == 303
    return str(response["Location"])


async def test_a_saved_input_fills_the_form(stage: Stage) -> None:
    """It is listed by its name, and opened with its values."""
    await stage.publish(TRIP)
    page = await stage.get(await keep(stage, "by the sea"))
    assert "The input is saved." in page
    assert "Saved inputs" in page
    assert "<strong>by the sea</strong>" in page
    form = page.split("Saved inputs", 1)[0]
    assert "Porto" in form
    assert 'value="by the sea"' in form
    assert "No run yet" in page


async def test_saving_under_a_name_again_replaces_it(stage: Stage) -> None:
    """There is one input for each name."""
    await stage.publish(TRIP)
    await keep(stage, "trip")
    await keep(stage, " trip ", {"f:tab": "json", "f": '{"city": "Faro"}'})
    assert [(one.name, one.value) for one in await saved_inputs.listing("trip")] == [("trip", {"city": "Faro"})]


async def test_an_input_that_does_not_fit_yet_can_be_saved(stage: Stage) -> None:
    """Half a form is worth keeping; numbers stay as they were typed."""
    await stage.publish(TRIP)
    page = await stage.get(await keep(stage, "half", {"f:tab": "json", "f": '{"days": 1.10, "n": 9007199254740993}'}))
    assert "1.10" in page
    assert "9007199254740993" in page


async def test_an_input_without_a_name_is_not_saved(stage: Stage) -> None:
    """The page says what is missing, and nothing typed is lost."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/saved/", {**PORTO, "saved-name": "  "})
    assert response.status_code == 422
    assert "Give the input a name" in text_of(response)
    assert "Porto" in text_of(response)
    assert await saved_inputs.listing("trip") == []


async def test_what_cannot_be_read_is_not_saved(stage: Stage) -> None:
    """A mistake in the JSON stands at its place, as when the workflow is run; the name stays typed."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/saved/", {"f:tab": "json", "f": '{"city" 1}', "saved-name": "x"})
    page = text_of(response)
    assert response.status_code == 422
    assert "f-problems" in page
    assert 'value="x"' in page
    assert await saved_inputs.listing("trip") == []


async def test_secrets_are_not_saved(stage: Stage) -> None:
    """They are typed again; what is saved does not hold them."""

    class Login(BaseModel):
        user: str
        password: SecretStr

    @step
    async def log_in(data: Login) -> str:
        return data.user

    flow = create_workflow(id="login", input_schema=Login, output_schema=str).then(log_in).commit()
    await stage.publish(flow)
    given = {"f:tab": "json", "f": '{"user": "ada", "password": "enchantress"}', "saved-name": "ada"}
    await stage.post("/workflows/login/saved/", given)
    assert [one.value for one in await saved_inputs.listing("login")] == [{"user": "ada"}]


async def test_former_inputs_hide_their_secrets(stage: Stage) -> None:
    """The list of recent inputs shows that there was a secret, not which."""

    class Login(BaseModel):
        user: str
        password: SecretStr

    @step
    async def log_in(data: Login) -> str:
        return data.user

    flow = create_workflow(id="login", input_schema=Login, output_schema=str).then(log_in).commit()
    await stage.publish(flow)
    data = {"f:tab": "json", "f": '{"user": "ada", "password": "enchantress"}'}
    assert (await stage.post("/workflows/login/", data)).status_code == 303
    page = await stage.get("/workflows/login/")
    assert "Recent inputs" in page
    assert "enchantress" not in page


async def test_a_saved_input_is_deleted(stage: Stage) -> None:
    """Its button takes it from the list; the link that was open before shows an empty form."""
    await stage.publish(TRIP)
    link = await keep(stage, "old")
    found = re.search(r'action="([^"]*/delete/)"', await stage.get(link))
    assert found is not None
    assert (await stage.post(found[1])).status_code == 303
    assert await saved_inputs.listing("trip") == []
    assert "Porto" not in await stage.get(link)


async def test_inputs_belong_to_their_workflow(stage: Stage) -> None:
    """The id of another workflow's input neither shows nor deletes it."""
    await stage.publish(TRIP)
    kept = await saved_inputs.save("other", "mine", {"city": "Braga"})
    assert "Braga" not in await stage.get(f"/workflows/trip/?saved={kept.saved_id}")
    await stage.post(f"/workflows/trip/saved/{kept.saved_id}/delete/")
    assert len(await saved_inputs.listing("other")) == 1


async def test_odd_ids_and_names_are_harmless(stage: Stage) -> None:
    """What is no id finds nothing; a name may hold anything that text may."""
    await stage.publish(TRIP)
    for odd in ("x", "-1", "9" * 40, "²", "%00"):
        assert "Run it" in await stage.get(f"/workflows/trip/?saved={odd}")
    await keep(stage, "<b>\0é" + "x" * 300)
    assert "&lt;b&gt;" in await stage.get("/workflows/trip/")


async def test_a_run_of_before_its_start_fills_nothing(stage: Stage) -> None:
    """A run that was created without input opens an empty form and not one with null."""
    await stage.publish(TRIP)
    made = await stage.client.post("/api/workflows/trip/create-run", {}, content_type="application/json")
    page = await stage.get(f"/workflows/trip/?from={made.json()['runId']}")
    assert ">null<" not in page.split("From code")[0]


async def test_python_and_curl_can_be_pasted_into_the_json_tab(stage: Stage) -> None:
    """The page takes what people have at hand, and says so."""
    await stage.publish(TRIP)
    body = 'curl -X POST http://localhost:4111/api/workflows/trip/start-async -d \'{"inputData": {"city": "Rome"}}\''
    tab = text_of(await stage.post("/workflows/trip/", {"f:tab": "fields", "f:do": "tab:json"}))
    assert "A Python dict or a curl command can be pasted, too." in tab
    for text in ("{'city': 'Rome', 'days': 1}", body):
        assert (await stage.post("/workflows/trip/", {"f:tab": "json", "f": text})).status_code == 303


async def test_enter_in_the_name_saves_without_scripts(stage: Stage) -> None:
    """Enter presses a button without a name: with a name newly typed the input is saved, and nothing is started."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", {**PORTO, "saved-name": "by the sea", "saved-as": ""})
    assert response.status_code == 303
    assert [one.name for one in await saved_inputs.listing("trip")] == ["by the sea"]
    assert "No run yet" in await stage.get(response["Location"])


async def test_run_starts_whatever_name_stands_there(stage: Stage) -> None:
    """The button itself, and Enter where the name is that of the opened input, start a run."""
    await stage.publish(TRIP)
    for data in ({"saved-name": "new", "saved-as": "", "run": "1"}, {"saved-name": "old", "saved-as": "old"}):
        response = await stage.post("/workflows/trip/", {**PORTO, **data})
        assert response["Location"].startswith("/runs/")
    assert await saved_inputs.listing("trip") == []


async def test_a_typed_name_outlives_structural_buttons(stage: Stage) -> None:
    """Without scripts the whole page comes back, with the name in it."""
    await stage.publish(TRIP)
    page = text_of(await stage.post("/workflows/trip/", {**PORTO, "saved-name": "by the sea", "f:do": "tab:fields"}))
    assert 'value="by the sea"' in page
    assert await saved_inputs.listing("trip") == []
