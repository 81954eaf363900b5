"""Scenarios from files: what is one, and what is said of what is none."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.scenarios import folder
from engine.scenarios.pointers import container_of, pointer_of
from engine.scenarios.reading import SCHEMA, read_scenario, scenario_of
from engine.scenarios.scenario import Answer, Scenario, ScenarioProblem, Sent
from engine.validation.validator import DIALECTS
from tests.scenarios.cases import scenario

WELL = {"workflow": "shop", "expect": {"status": "success"}}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """A scenario survives its file."""
    file = folder.file_of(tmp_path, "shop", "well")
    folder.write(scenario().to_text(), file)
    assert read_scenario(file) == scenario()
    assert list(folder.files_in(tmp_path)) == [file]
    assert [path.name for path in file.parent.iterdir()] == ["well.json"]


def test_what_is_not_given_is_not_written() -> None:
    """The file of a scenario has only what somebody gave, and the input."""
    short = Scenario(workflow="w", name="n", expect={"status": "success"})
    assert short.to_dict() == {"workflow": "w", "input": None, "expect": {"status": "success"}}
    full = replace(short, state={}, request_context={}, answers=(Answer(step="a"),), events=(Sent(name="e"),))
    assert list(full.to_dict()) == ["workflow", "input", "state", "request_context", "answers", "events", "expect"]


def test_the_schema_is_one() -> None:
    """The schema in the distribution is right by that of its draft."""
    DIALECTS.of(SCHEMA).check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"workflow": 5}, "/workflow: found 5. Expected text"),
        ({"workflow": "other"}, "/workflow: found 'other'. Expected 'shop', the name of the file's folder"),
        (
            {"inptu": 1},
            "/inptu: found a key that is not known. Did you mean 'input'? Expected only workflow, input, state",
        ),
        ({"state": []}, "/state: found []. Expected an object or null"),
        ({"scheduled_for": "2030-01-01T09:00"}, "/scheduled_for: found '2030-01-01T09:00'. Expected a time with its"),
        ({"scheduled_for": "soon"}, "/scheduled_for: found 'soon'. Expected a time with its offset: 2026-11-02T09:00"),
        ({"answers": {}}, "/answers: found {}. Expected a list"),
        ({"answers": [{"data": 1}]}, "/answers/0/step: nothing was found. Expected step, data, late"),
        ({"events": [{"name": 1}]}, "/events/0/name: found 1. Expected text"),
        ({"rehearsal": {"delays": {"a": "1"}}}, "/rehearsal/delays/a: found '1'. Expected a number"),
        ({"expect": {}}, "/expect/status: nothing was found. Expected status, result, error, steps, ignore"),
        ({"expect": {"status": "done"}}, "/expect/status: found 'done'. Expected one of success, failed, suspended"),
        (
            {"expect": {"status": "failed", "ignore": ["at"]}},
            "/expect/ignore/0: found 'at'. Expected a JSON pointer, such as /result/at",
        ),
        (
            {"expect": {"status": "failed", "steps": {"a": {"outptu": 1}}}},
            "/expect/steps/a/outptu: found a key that is not known. Did you mean 'output'?",
        ),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], sentence: str) -> None:
    """The file, the place in it, what was found and what is expected."""
    with pytest.raises(ScenarioProblem) as refused:
        scenario_of(WELL | change, workflow="shop", name="well", called="scenarios/shop/well.json")
    said = str(refused.value).splitlines()
    assert said[0] == "scenarios/shop/well.json is no scenario:"
    assert any(line.strip().startswith(sentence) for line in said[1:])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"workflow": "shop",}', "well.json:1:21 is no JSON: "),
        ('{"workflow": "shop", "workflow": "shop"}', "well.json is no JSON: an object has the key 'workflow' twice"),
        ("[" * 100_000, "well.json is no JSON: "),
        ("[]", "well.json is no scenario:\n  the file: found []. Expected an object"),
    ],
)
def test_what_is_no_json_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    """Line and column, or the key that stands there twice."""
    file = tmp_path / "shop" / "well.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(ScenarioProblem) as refused:
        read_scenario(file, "well.json")
    assert str(refused.value).startswith(sentence)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """So is one that cannot be read."""
    with pytest.raises(ScenarioProblem, match=r"gone\.json cannot be read"):
        read_scenario(tmp_path / "gone.json")


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b", "x" * 101, "a\n", "pins"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """What is called otherwise is no scenario, wherever the name comes from."""
    with pytest.raises(InvalidInput, match="no name of a scenario"):
        folder.file_of(tmp_path, "shop", name)
    if name != "pins":
        with pytest.raises(InvalidInput, match="no name of a scenario"):
            folder.file_of(tmp_path, name, "well")


def test_a_workflow_may_be_called_as_a_file_beside_scenarios(tmp_path: Path) -> None:
    """Its scenarios are found; such a file is none, there as elsewhere."""
    file = folder.file_of(tmp_path, "pins", "well")
    for one in (file, file.with_name("pins.json")):
        folder.write("{}", one)
    assert list(folder.files_in(tmp_path)) == list(folder.files_in(tmp_path, "pins")) == [file]
    assert [folder.is_scenario(one) for one in (file, file.with_name("pins.json"))] == [True, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_each_place_of_a_value_has_a_pointer(value: object) -> None:
    """A pointer that is written leads back to the place, whatever characters the keys have."""

    def check(part: object, path: tuple[str | int, ...]) -> None:
        if path:
            held = container_of(value, pointer_of(path))
            assert held is not None
            assert held[0][held[1]] is part
        for key, child in part.items() if isinstance(part, dict) else ():
            check(child, (*path, key))
        for index, child in enumerate(part) if isinstance(part, list) else ():
            check(child, (*path, index))

    check(value, ())


@settings(deadline=None)
@given(JSON, JSON)
def test_the_text_of_a_scenario_gives_it_back(given_: object, came: object) -> None:
    """Whatever JSON is given or expected survives, half of a surrogate pair included."""
    whole = scenario(input=given_, expect={"status": "success", "result": came})
    data = json.loads(whole.to_text())
    assert scenario_of(data, workflow="shop", name="well", called="") == whole
