"""The download of one value of a run."""

from typing import Any

from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage, attributes


class Login(BaseModel):
    """A name and what must not be seen."""

    name: str
    password: SecretStr


@step
async def dump(data: Login) -> list[str]:
    """Give more than any page shows."""
    return [f"{data.name} {number}" for number in range(5000)]


LONG = create_workflow(id="long", input_schema=Login, output_schema=list[str]).then(dump).commit()


async def _ran(stage: Stage) -> str:
    await stage.publish(LONG)
    run_id = await actions.start("long", {"name": "Ada", "password": "hunter2"})
    await stage.play(run_id)
    return run_id


async def test_a_long_value_can_be_had_alone(stage: Stage) -> None:
    """Where a value is cut, a link beside it gives all of that value and nothing else."""
    run_id = await _ran(stage)
    page = await stage.get(f"/runs/{run_id}/?row=dump")
    links = [link.replace("&amp;", "&") for link in attributes(page, "href") if "/value/" in link]
    assert links == [f"/runs/{run_id}/value/output/", f"/runs/{run_id}/value/output/?step=dump"]
    for link in links:
        response: Any = await stage.client.get(link)
        assert response.json() == [f"Ada {number}" for number in range(5000)]
        assert response.headers["Content-Disposition"].startswith(f'attachment; filename="{run_id}')


async def test_secrets_stay_masked(stage: Stage) -> None:
    """The download shows no more of a secret than the page."""
    run_id = await _ran(stage)
    for query in ("", "?step=dump"):
        text = await stage.get(f"/runs/{run_id}/value/input/{query}")
        assert "Ada" in text
        assert "hunter2" not in text


async def test_what_is_not_there(stage: Stage) -> None:
    """An unknown run, step or part is not found."""
    run_id = await _ran(stage)
    for place in (f"{run_id}/value/output/?step=no", f"{run_id}/value/thoughts/", "none/value/output/"):
        response = await stage.client.get(f"/runs/{place}")
        assert response.status_code == 404
