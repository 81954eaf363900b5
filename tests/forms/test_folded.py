"""What forms fold, and what a folded row says."""

import re
from typing import Any

import pytest

from playground.forms import Form
from playground.forms.schema.labels import singular
from tests.forms.browser import Session

ROW = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "token": {"type": "string", "format": "password"},
        "kind": {"enum": ["a", "b"]},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "size": {"type": "integer", "minimum": 1},
        "more": {"type": "object", "additionalProperties": True},
    },
}
ROWS = {"type": "object", "properties": {"boxes": {"type": "array", "items": ROW}}}


def folds(form: Form) -> dict[str, tuple[bool, str]]:
    """Return for each fold whether it is open, and what its line says."""
    found = re.findall(r'data-fold="([^"]*)"( open)?>.*?<span class="f-digest">(.*?)</span>', form.html(), re.DOTALL)
    return {at: (bool(is_open), words) for at, is_open, words in found}


def test_a_row_says_what_it_holds() -> None:
    """The first values stand in the line of a row, choices by their names and lists by their length, but no secret."""
    row = {"name": "Ada", "token": "hush", "kind": "b", "on": True, "tags": ["x"], "size": 7}
    form = Form.of(ROWS, {"boxes": [row, {"size": 7, "more": {"k": 1}}, {"name": "x" * 99}, {}]}, secrets=True)
    assert [words for _, words in folds(form).values()] == [
        "Ada · b · on: true · 1 item · …",
        "7 · k: 1",
        f"{'x' * 40}…",
        "",
    ]


@pytest.mark.parametrize(("rows", "is_open"), [(3, True), (4, False)])
def test_many_rows_are_folded(rows: int, *, is_open: bool) -> None:
    """A few rows stand open; of more, each is a line."""
    found = folds(Form.of(ROWS, {"boxes": [{"name": "x"}] * rows}))
    assert [one for one, _ in found.values()] == [is_open] * rows


def test_what_needs_attention_is_open() -> None:
    """A row with a problem, one without a value, and one that was just added are open among others."""
    boxes = [{"name": "x"}, {"size": 0}, {}, {"name": "x"}]
    session = Session(ROWS, Form.of(ROWS, {"boxes": boxes}).validate())
    assert [one for one, _ in folds(session.form).values()] == [False, True, True, False]
    session.press("add:/boxes")
    assert [one for one, _ in folds(session.form).values()] == [False, False, True, False, True]


def test_a_large_form_is_folded() -> None:
    """Objects, and each hundred of very many properties, are lines that unfold; what has a problem is open."""
    part = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 5}}}
    schema: dict[str, Any] = {"type": "object", "properties": {f"p{n}": part for n in range(250)}}
    value = {f"p{n}": {"n": n % 5} for n in range(250)}
    sections = {"#0": True, "#100": False, "#200": False}
    found = {at: is_open for at, (is_open, _) in folds(Form.of(schema, value)).items()}
    assert found == {**dict.fromkeys((f"/p{n}" for n in range(250)), False), **sections}
    wrong = Session(schema, Form.of(schema, {**value, "p120": {"n": 9}})).submit()
    assert {at for at, (is_open, _) in folds(wrong).items() if is_open} == {"#0", "#100", "/p120"}


def test_folding_changes_nothing() -> None:
    """What is folded is posted like everything else."""
    value = {"boxes": [{"name": f"n{n}", "tags": ["a"] * n} for n in range(120)]}
    assert Session(ROWS, Form.of(ROWS, value)).submit().value == value


@pytest.mark.parametrize(
    ("several", "one"),
    [
        *(
            ("Attachments", "Attachment"),
            ("tags", "tag"),
            ("Addresses", "Address"),
            ("boxes", "box"),
            ("ENTRIES", "ENTRY"),
        ),
        *(("Branches", "Branch"), ("databases", "database"), ("Caches", "Cache"), ("IDs", "ID"), ("Movies", "Movie")),
        *(("Status", "Status"), ("Analysis", "Analysis"), ("Series", "Series"), ("Input", "Input"), ("Daten", "Daten")),
        *(("", ""), ("s", "s"), ("xs", "xs"), ("Line Items", "Line Item")),
    ],
)
def test_one_of_several(several: str, one: str) -> None:
    """The items of a list are called by the singular of its name."""
    assert singular(several) == one
