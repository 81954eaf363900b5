"""Answering a suspended step."""

import re

from pydantic import BaseModel, field_validator

from engine import Context, create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage, row, text_of

YES = {"f:tab": "json", "f": '{"approved": true, "note": "pack a coat"}'}


async def action_of(stage: Stage, run_id: str) -> str:
    """Return where the form in the row posts to."""
    found = re.search(r'action="([^"]*resume[^"]*)"', await stage.get(f"/runs/{run_id}/"))
    assert found is not None
    return found[1].replace("&amp;", "&")


async def test_an_answer_lets_the_run_go_on(stage: Stage) -> None:
    """The form's post leads back to the run, which then ends."""
    run_id = await stage.suspended()
    response = await stage.post(await action_of(stage, run_id), YES)
    assert (response.status_code, response["Location"]) == (303, f"/runs/{run_id}/")
    assert (await stage.play(run_id)).result == "Lisbon for 1: yes pack a coat"
    assert "pack a coat" in await stage.get(f"/runs/{run_id}/")


async def test_a_refused_answer_stays_as_it_was_typed(stage: Stage) -> None:
    """The run is still suspended, and the row shows what is wrong."""
    run_id = await stage.suspended()
    response = await stage.post(await action_of(stage, run_id), {"f:tab": "json", "f": '{"approved": "perhaps"}'})
    assert response.status_code == 422
    assert "perhaps" in row(text_of(response), "approve")
    assert (await actions.state_of(run_id)).status == "suspended"


async def test_the_second_answer_is_told_that_it_was_late(stage: Stage) -> None:
    """The first one stands; who comes late sees the run as it is now."""
    run_id = await stage.suspended()
    action = await action_of(stage, run_id)
    await stage.post(action, YES)
    response = await stage.post(action, YES)
    assert response.status_code == 409
    assert "This is what you had given" in text_of(response)
    assert "the first answer stands" in text_of(response)


async def test_a_page_of_ours_can_be_returned_to_and_no_other(stage: Stage) -> None:
    """The inbox answers in place; no address of another site is followed."""
    run_id = await stage.suspended()
    action = await action_of(stage, run_id)
    response = await stage.post(f"{action}&next=https://evil.example/", YES)
    assert response["Location"] == f"/runs/{run_id}/"


async def test_a_structural_button_keeps_the_question_open(stage: Stage) -> None:
    """Switching to JSON answers nothing."""
    run_id = await stage.suspended()
    response = await stage.post(await action_of(stage, run_id), {"f:tab": "fields", "f:do": "tab:json"})
    assert response.status_code == 200
    assert "The whole answer as JSON" in row(text_of(response), "approve")
    assert (await actions.state_of(run_id)).status == "suspended"


async def test_the_script_gets_a_part_and_not_a_page(stage: Stage) -> None:
    """With htmx the answer replaces the form in place."""
    run_id = await stage.suspended()
    response = await stage.client.post(await action_of(stage, run_id), YES, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "<html" not in text_of(response)


class Careful(BaseModel):
    """An answer that only the code can judge."""

    note: str

    @field_validator("note")
    @classmethod
    def polite(cls, note: str) -> str:
        """Refuse what the JSON Schema lets pass."""
        if "please" not in note:
            raise ValueError("say please")
        return note


@step(resume_schema=Careful)
async def beg(data: str, ctx: Context) -> str:
    """Ask politely."""
    answer: Careful = ctx.suspend({"question": "How?"})
    return answer.note


async def test_an_answer_that_the_code_refuses_later_is_in_the_form_again(stage: Stage) -> None:
    """With no worker at hand the schema decides; what the code says afterwards stands at the field."""
    begging = create_workflow(id="begging", input_schema=str, output_schema=str).then(beg).commit()
    await stage.publish(begging)
    run_id = await actions.start("begging", "x")
    await stage.play(run_id)
    await stage.post(await action_of(stage, run_id), {"f:tab": "json", "f": '{"note": "now!"}'})
    await stage.play(run_id)
    found = row(await stage.get(f"/runs/{run_id}/"), "beg")
    assert "now!" in found
    assert "Say please." in found
    assert "Answer, refused" in found
