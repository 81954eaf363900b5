"""Items that failed are retried in a new run, which keeps those that succeeded."""

from engine import create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage

BROKEN = {2}


@step
def work(item: int) -> int:
    """Do what an item needs."""
    if item in BROKEN:
        raise ValueError(f"no {item}")
    return item


MANY = create_workflow(id="many", input_schema=list[int], output_schema=list[int]).foreach(work, concurrency=3).commit()


async def test_failed_items_are_retried_from_their_list(stage: Stage) -> None:
    """The button stands at the list; the new run has every item's output, and says where it came from."""
    await stage.publish(MANY)
    run_id = await actions.start("many", [1, 2, 3, 4])
    assert (await stage.play(run_id)).status == "failed"
    assert 'form="retry"' in await stage.get(f"/runs/{run_id}/")
    BROKEN.clear()
    response = await stage.post(f"/runs/{run_id}/retry/", {})
    new = response["Location"].split("/")[2]
    result = await stage.play(new)
    assert (result.status, result.result) == ("success", [1, 2, 3, 4])
    page = await stage.get(f"/runs/{new}/")
    assert f'forked from <a href="/runs/{run_id}/"' in page
    assert 'form="retry"' not in page
    BROKEN.add(2)


async def test_a_run_that_succeeded_has_nothing_to_retry(stage: Stage) -> None:
    """Whoever asks all the same is told so, beside the run as it is."""
    await stage.publish(MANY)
    run_id = await actions.start("many", [1])
    await stage.play(run_id)
    response = await stage.post(f"/runs/{run_id}/retry/", {})
    assert response.status_code == 409
    assert "only what has failed is tried again" in response.content.decode()
