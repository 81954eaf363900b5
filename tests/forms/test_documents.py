"""Notebooks, as the library that owns their schemas writes them, come back through a form."""

import json
from functools import partial
from importlib.resources import files
from typing import Any

import nbformat
import pytest
from nbformat import v3, v4

from playground.forms import Form, check, dumps
from playground.forms.fields.issue_places import placed, pointer_of
from tests.forms.shipped import posted
from tests.forms.test_shipped import put, timed


def newest() -> Any:
    """Return a notebook with cells and outputs of each kind, as the newest format has it."""
    outputs = [
        v4.new_output("stream", text="line one\nline two\n", name="stderr"),
        v4.new_output(
            "display_data", {"text/plain": "x", "application/json": {"a": [1, 2.50, None]}}, metadata={"w": 1}
        ),
        v4.new_output("execute_result", {"text/html": "<b>\u00e4</b>"}, execution_count=3),
        v4.new_output("error", ename="ValueError", evalue="no", traceback=["one", "two"]),
    ]
    cells = [
        v4.new_markdown_cell("# Title\n\n$x^2$", metadata={"tags": ["a", "b"]}),
        v4.new_code_cell("print(1)\n", outputs=outputs, execution_count=3, metadata={"collapsed": False}),
        v4.new_raw_cell("", metadata={"format": "text/x-rst"}),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=kernel | {"further": {"deep": [[{}]]}})


def oldest() -> Any:
    """Return a notebook of format 3, which has worksheets and headings."""
    cells = [
        v3.new_heading_cell("Title", level=2),
        v3.new_code_cell("print(1)\n", prompt_number=1, outputs=[v3.new_output("stream", "1\n", stream="stdout")]),
    ]
    return v3.new_notebook(metadata=v3.new_metadata("name"), worksheets=[v3.new_worksheet(cells=cells)])


def schema_of(version: str) -> Any:
    """Return the schema of a notebook's format."""
    return json.loads(files(nbformat).joinpath(f"v{version[0]}/nbformat.v{version}.schema.json").read_text("utf-8"))


def notebooks() -> list[Any]:
    """Return a schema and a notebook for each format that is in use, and which part of it to spoil."""
    downgraded = newest()
    for cell in downgraded["cells"]:
        del cell["id"]
    path = ("cells", 1, "outputs", 0, "name")
    older = {f"4.{minor}": {**downgraded, "nbformat_minor": minor} for minor in range(5)}
    found = [pytest.param(schema_of(name), value, path, id=name) for name, value in [("4.5", newest()), *older.items()]]
    return [*found, pytest.param(schema_of("3"), oldest(), ("worksheets", 0, "cells", 0, "level"), id="3")]


@pytest.mark.parametrize(("schema", "notebook", "path"), notebooks())
def test_a_notebook_comes_back(schema: Any, notebook: Any, path: tuple[str | int, ...]) -> None:
    """Cells, outputs and metadata of every format are as they were, in time, and a wrong part is told at its field."""
    value = json.loads(json.dumps(notebook))
    assert check(schema, value) == []
    again, _ = timed(partial(Form.posted, schema, posted(timed(partial(Form.of, schema, value))[1])))
    assert timed(again.validate)[0].issues == ()
    assert dumps(again.value) == dumps(value)
    form = Form.of(schema, put(value, path, {"no": "name"})).validate()
    here = pointer_of(form.root, path)
    assert any(at == here or at.startswith(f"{here}/") for at in placed(form.root, form.issues)), form.issues
