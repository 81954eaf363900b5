"""Events that programs send to runs."""

import json

from engine import create_workflow
from playground.actions import actions
from tests.pages.stage import Stage

PARCEL = create_workflow(id="parcel", input_schema=str, output_schema=int).wait_for_event("weighed", int).commit()


async def sent(stage: Stage, run_id: str, body: object) -> tuple[int, dict[str, object]]:
    """Return the status and the body of the answer."""
    path = f"/api/workflows/parcel/runs/{run_id}/send-event"
    response = await stage.client.post(path, json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


async def test_an_event_reaches_the_run(stage: Stage) -> None:
    """The payload is what the next step is given, and here the result."""
    await stage.publish(PARCEL)
    run_id = await actions.start("parcel", "P-17")
    assert await sent(stage, run_id, {"event": "weighed", "data": 3}) == (200, {"message": "Event sent"})
    assert (await stage.play(run_id)).result == 3


async def test_a_bad_event_is_refused_and_changes_nothing(stage: Stage) -> None:
    """No name and a payload that does not fit are 400, a name that nothing waits for is 404."""
    await stage.publish(PARCEL)
    run_id = await actions.start("parcel", "P-17")
    before = (await actions.state_of(run_id)).last_seq
    assert (await sent(stage, run_id, {"data": 3}))[0] == 400
    assert (await sent(stage, run_id, {"event": "weighed", "data": "heavy"}))[0] == 400
    assert (await sent(stage, run_id, {"event": "lost"}))[0] == 404
    assert (await actions.state_of(run_id)).last_seq == before
