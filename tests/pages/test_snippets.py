"""The same run from elsewhere: snippets that follow the form."""

import ast
import shlex
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import actions
from playground.catalogue.published import WorkflowEntry
from playground.forms import parse_json, parse_pasted
from tests.pages.stage import TRIP, Stage, text_of


@step
async def echo(data: Any) -> Any:
    """Return what is given."""
    return data


class Login(BaseModel):
    """An input with a secret."""

    user: str
    token: SecretStr


@step
async def enter(data: Login) -> str:
    """Take the login."""
    return data.user


ANY = create_workflow(id="any", input_schema=Any, output_schema=Any).then(echo).commit()
TEXT = create_workflow(id="text", input_schema=str, output_schema=Any).then(echo).commit()
LOGIN = create_workflow(id="login", input_schema=Login, output_schema=str).then(enter).commit()


def snippet(page: str, name: str) -> str:
    """Return a snippet's text."""
    return unescape(page.split(f'id="snippet-{name}">', 1)[1].split("</pre>", 1)[0])


async def posted(stage: Stage, workflow_id: str, data: dict[str, Any]) -> str:
    """Return the part that the page asks for while someone types."""
    response = await stage.post(f"/workflows/{workflow_id}/?snippets", data)
    assert response.status_code == 200
    return text_of(response)


async def test_they_follow_the_form(stage: Stage) -> None:
    """Both hold what stands in the form, and reading it again gives just that; the command is one for a shell."""
    await stage.publish(TRIP)
    page = await posted(stage, "trip", {"f/city": "L'Aquila", "f/days": "3"})
    curl = snippet(page, "curl")
    assert parse_json(shlex.split(curl.replace("\\\n", " "))[-1]) == {"inputData": {"city": "L'Aquila", "days": 3}}
    assert parse_pasted(curl) == {"city": "L'Aquila", "days": 3}
    ast.parse(snippet(page, "python"))
    assert snippet(page, "python").startswith("import asyncio\n\nfrom flows import trip  #")
    assert "{'city': \"L'Aquila\", 'days': 3}" in snippet(page, "python")


async def test_what_cannot_be_read_is_left_out(stage: Stage) -> None:
    """A field that is half typed does not take the others away."""
    await stage.publish(TRIP)
    page = await posted(stage, "trip", {"f/city": "Rome", "f/days": "thr"})
    assert parse_pasted(snippet(page, "curl")) == {"city": "Rome"}


@pytest.mark.parametrize(("workflow_id", "body"), [("any", "null"), ("text", '"example"'), ("trip", "{}")])
async def test_an_empty_form(stage: Stage, workflow_id: str, body: str) -> None:
    """Anything may be left empty, which is null; where a value is needed, an example stands until there is one."""
    await stage.publish(ANY, TEXT, TRIP)
    page = await stage.get(f"/workflows/{workflow_id}/")
    assert f'{{"inputData": {body}}}' in snippet(page, "curl")
    assert ("With an example" in page) is (workflow_id == "text")


async def test_secrets_are_masked(stage: Stage) -> None:
    """What was typed into a field of a secret does not stand in the page a second time."""
    await stage.publish(LOGIN)
    page = await posted(stage, "login", {"f/user": "ada", "f/token": "hush"})
    assert "hush" not in page
    assert "••••••" in snippet(page, "curl")


async def test_a_form_that_lacks_secrets_says_so(stage: Stage) -> None:
    """Who edits a run's input learns why a field is empty, and only where that is so."""
    await stage.publish(LOGIN, TRIP)
    login = await actions.start("login", {"user": "ada", "token": "hush"})
    trip = await actions.start("trip", {"city": "Rome"})
    assert "without its secrets" in await stage.get(f"/workflows/login/?from={login}")
    assert "without its secrets" not in await stage.get(f"/workflows/trip/?from={trip}")


async def test_a_long_input_is_read_from_a_file(stage: Stage) -> None:
    """No command is longer than a shell takes."""
    await stage.publish(ANY)
    page = await posted(stage, "any", {"f": '"' + "x" * 30_000 + '"'})
    assert "-d @body.json" in snippet(page, "curl")
    assert len(page) < 10_000
    ast.parse(snippet(page, "python"))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("flows.py", "flows"),
        ("shop/orders.py", "shop.orders"),
        ("/home/ada/flows.py", "flows"),
        ("../flows.py", "flows"),
        ("playground.examples", "playground.examples"),
    ],
)
def test_what_to_import(module: str, name: str) -> None:
    """A file below the folder of the command is imported by its path, one elsewhere by its own name."""
    assert WorkflowEntry(workflow_id="w", digest="d", graph={}, module=module).importable == name


@pytest.mark.parametrize("named", ["{folder}/etl/morning/flow.py", "../etl/morning/flow.py"])
def test_a_file_of_a_package_is_imported_from_its_package(tmp_path: Path, named: str) -> None:
    """It may import its neighbours relatively, which a file by its own name could not."""
    folder = tmp_path / "etl" / "morning"
    folder.mkdir(parents=True)
    for file in (folder.parent / "__init__.py", folder / "__init__.py", folder / "flow.py"):
        file.touch()
    module = named.format(folder=tmp_path)
    entry = WorkflowEntry(workflow_id="w", digest="d", graph={}, module=module, file=str(folder / "flow.py"))
    assert entry.importable == "etl.morning.flow"
