"""`check`: what modules hold, and what is wrong with it, whatever their code does."""

from pathlib import Path

import pytest

from tests.command.commands import FLOWS, command

pytestmark = pytest.mark.slow

WIRING = """
from engine import create_workflow, step

@step
def count(text: str) -> list[int]:
    return [len(text)]

@step
def double(number: int) -> int:
    return 2 * number

wrong = create_workflow(id="wrong", input_schema=str, output_schema=int).then(count).then(double).commit()
"""
ODD = """
from engine import create_workflow, step

LOOK = {"type": "object", "properties": {"to": False}, "required": ["to"]}

@step(input_schema=LOOK)
def look(data) -> str:
    return ""

odd = create_workflow(id="odd", input_schema=LOOK, output_schema=str).then(look).commit()
"""


async def test_what_is_well_is_reported(tmp_path: Path) -> None:
    """Workflows are listed with code 0; neither what a module prints nor a database gets into the way."""
    (tmp_path / "flows.py").write_text(f"print('hello')\n{FLOWS}")
    said = await command(tmp_path, "check", "flows.py")
    assert (said.code, said.err) == (0, "hello\n")
    assert [(one["id"], one["steps"]) for one in said.json["workflows"]] == [
        ("shopping", ["ask", "buy"]),
        ("direct", ["buy"]),
    ]
    assert (said.json["problems"], said.json["schemas"]) == ([], [])
    assert not (tmp_path / ".stepyard").exists()


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        (WIRING, "WiringError", 12),
        ("x = 1\nimport no_such_module\n", "ModuleNotFoundError", 2),
        ("def f(:\n", "SyntaxError", 1),
        ("import sys\nsys.exit('no')\n", "SystemExit", 2),
        ("import os\nos._exit(3)\n", "ProcessEnded", None),
        ("while True:\n    pass\n", "TimeLimit", None),
        ("x = 1\n", "NoWorkflows", None),
    ],
)
async def test_what_is_wrong_is_reported(code: str, kind: str, line: int | None, tmp_path: Path) -> None:
    """Each way to fail ends with code 1, names the module, and the user's line when there is one."""
    (tmp_path / "bad.py").write_text(code)
    limit = ("--timeout", "1") if kind == "TimeLimit" else ()
    said = await command(tmp_path, "check", "bad.py", *limit)
    assert said.code == 1
    (problem,) = said.json["problems"]
    assert (problem["module"], problem["type"]) == ("bad.py", kind)
    assert line is None or (problem["file"], problem["line"]) == (str(tmp_path / "bad.py"), line)


async def test_a_schema_that_no_form_can_show_is_reported(tmp_path: Path) -> None:
    """A place that takes no value is named with workflow, schema and path."""
    (tmp_path / "odd.py").write_text(ODD)
    said = await command(tmp_path, "check", "odd.py")
    assert said.code == 1
    (problem,) = said.json["schemas"]
    assert (problem["workflowId"], problem["schema"], problem["path"]) == ("odd", "input_schema", ["to"])
    text = (await command(tmp_path, "check", "odd.py", "--text")).out
    assert "input_schema at to: No value fits here." in text
