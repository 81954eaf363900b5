"""The page of a step whose result does not fit shows the result, and each complaint once."""

import html

from engine import create_step, create_workflow
from playground.actions import actions
from tests.pages.stage import Stage

wrong = create_step(id="wrong", execute=lambda data: {"a": 1, "b": "<b>two</b>"}, output_schema=dict[str, int])
WRONG = create_workflow(id="wrong", input_schema=int, output_schema=dict[str, int]).then(wrong).commit()


async def test_the_wrong_place_is_marked_in_what_was_returned(stage: Stage) -> None:
    """As text, whatever it is; in the copied text, too."""
    await stage.publish(WRONG)
    run_id = await actions.start("wrong", 1)
    assert (await stage.play(run_id)).status == "failed"
    page = html.unescape(await stage.get(f"/runs/{run_id}/"))
    top = page.partition('id="run-values"')[2].partition("<pre hidden")[0]
    assert '<span class="refused-line">  "a": 1,' in top
    assert '<span class="refused-line" data-wrong>  "b": "<b>two</b>" <em>← ' in top
    assert top.count("← ") == 1
    assert top.partition("← ")[2].partition("</em>")[0] not in page.partition('id="rows"')[2]
    assert "failure-issues" not in top
    assert '"b": "<b>two</b>"  <- ' in page
