"""Reads scenarios strictly: whatever does not belong there is named with its file, its place and what is expected."""

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError

from engine.scenarios.pointers import pointer_of
from engine.scenarios.scenario import Answer, Scenario, ScenarioProblem, Sent
from engine.short_text import shown
from engine.validation.validator import DIALECTS, errors_of

SCHEMA: Mapping[str, Any] = json.loads(files("engine.scenarios").joinpath("scenario.schema.json").read_text("utf-8"))
"""The JSON Schema of a scenario's file."""

SECONDS = 5.0
MOST = 10
"""Faults of one file that are listed."""
KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}


def read_scenario(file: Path, called: str | None = None) -> Scenario:
    """Read a scenario from its file, ``scenarios/<workflow>/<name>.json``.

    Args:
        file: the file.
        called: how messages call it; its path by default.

    Raises:
        ScenarioProblem: the file cannot be read, or is no scenario.
    """
    called = called or str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioProblem(f"{called} cannot be read: {error}") from None
    return scenario_of(parsed(text, called), workflow=file.parent.name, name=file.stem, called=called)


def scenario_of(data: Any, *, workflow: str, name: str, called: str) -> Scenario:
    """Return the scenario that JSON stands for.

    Args:
        data: the JSON.
        workflow: the id of the workflow in whose folder it lies.
        name: its name.
        called: how messages call its file.

    Raises:
        ScenarioProblem: it is none; the message lists what is wrong, and where.
    """
    found = errors_of(DIALECTS.of(SCHEMA)(SCHEMA), data, seconds=SECONDS, most=MOST)
    wrong = [found] if isinstance(found, str) else [_told(error) for error in found]
    if not wrong and data["workflow"] != workflow:
        wrong = [f"/workflow: found {shown(data['workflow'])}. Expected {workflow!r}, the name of the file's folder"]
    if not wrong and not _is_time(data.get("scheduled_for")):
        example = "2026-11-02T09:00:00+01:00"
        wrong = [f"/scheduled_for: found {shown(data['scheduled_for'])}. Expected a time with its offset: {example}"]
    if wrong:
        raise ScenarioProblem("\n".join([f"{called} is no scenario:", *(f"  {sentence}" for sentence in wrong)]))
    return Scenario(
        workflow=workflow,
        name=name,
        input=data.get("input"),
        state=data.get("state"),
        request_context=data.get("request_context"),
        scheduled_for=data.get("scheduled_for"),
        answers=tuple(Answer(**answer) for answer in data.get("answers", ())),
        events=tuple(Sent(**event) for event in data.get("events", ())),
        rehearsal=data.get("rehearsal"),
        expect=data["expect"],
        file=called,
    )


def _is_time(text: str | None) -> bool:
    try:
        return text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def parsed(text: str, called: str) -> Any:
    """Return the JSON of a scenario's file.

    Raises:
        ScenarioProblem: it is no JSON, or an object of it has a key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ScenarioProblem(f"{called}:{error.lineno}:{error.colno} is no JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ScenarioProblem(f"{called} is no JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise ValueError(f"an object has the key {twice!r} twice")
    return found


def _told(error: ValidationError) -> str:
    """Say what is wrong in one place: where, what was found and what is expected."""
    place = pointer_of(error.absolute_path) or "the file"
    value: Any = error.instance
    schema: Any = error.schema
    rule: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            return f"{place}: {_unknown(str(error.absolute_path[-1]), schema['properties'])}"
        case "required":
            return f"{place}: nothing was found. Expected {_listed(schema['properties'])}"
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            return f"{place}: found {shown(value)}. Expected {' or '.join(KINDS[kind] for kind in kinds)}"
        case "enum":
            return f"{place}: found {shown(value)}. Expected one of {', '.join(rule)}"
        case "pattern":
            return f"{place}: found {shown(value)}. Expected a JSON pointer, such as /result/at"
        case _:
            return f"{place}: {error.message}"


def _unknown(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    mend = f" Did you mean {near[0]!r}?" if near else ""
    return f"found a key that is not known.{mend} Expected only {_listed(known)}"


def _listed(known: Iterable[str]) -> str:
    return ", ".join(key for key in known if key != "$schema")
