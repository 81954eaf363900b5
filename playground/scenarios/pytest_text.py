"""A scenario as a test function for pytest, which passes when it is pasted."""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from pprint import pformat
from typing import Any

from engine.scenarios.pointers import parts_of
from engine.scenarios.scenario import Answer, Scenario
from engine.scenarios.secrets import names_in
from playground.catalogue.published import WorkflowEntry

WIDTH = 100


class _Variable:
    """Stands in a value for an environment variable, and is written as the code that reads it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"os.environ[{json.dumps(self._name)}]"


def as_pytest(scenario: Scenario, entry: WorkflowEntry) -> str:
    """Return a test function that runs what a scenario says with `run_to_end` and asserts what it expects.

    Returns:
        The text of a module; empty when `run_to_end` cannot give the run what the scenario gives: events, or an answer
        after a deadline that has passed.
    """
    if scenario.events or _answers_after_deadlines(scenario.answers):
        return ""
    arguments = [_name_of(entry), _code(scenario.input)]
    if scenario.answers:
        arguments.append(f"answers={_answers(scenario.answers)}")
    if scenario.state:
        arguments.append(f"initial_state={_code(scenario.state)}")
    if scenario.request_context:
        arguments.append(f"request_context={_code(scenario.request_context)}")
    if scenario.rehearsal:
        arguments.append(f"rehearsal=Rehearsal.from_dict({_code(dict(scenario.rehearsal))})")
    call = "\n".join(f"            {line}" for line in ",\n".join(arguments).splitlines())
    lines = [
        *_imports(scenario, entry),
        "",
        "",
        f"def test_{_word(scenario.workflow)}_{_word(scenario.name)}() -> None:",
        f"    result = asyncio.run(\n        run_to_end(\n{call},\n        )\n    )",
        *(f"    {line}" for line in _assertions(scenario.expect)),
    ]
    return "\n".join(lines) + "\n"


def _answers_after_deadlines(answers: Iterable[Answer]) -> bool:
    late: set[str] = set()
    for answer in answers:
        if not answer.late and answer.step in late:
            return True
        late |= {answer.step} if answer.late else set()
    return False


def _answers(answers: Iterable[Answer]) -> str:
    """Write answers by step; of several for one step, each in its turn."""
    by_step: dict[str, list[Any]] = {}
    for answer in answers:
        if not answer.late:
            by_step.setdefault(answer.step, []).append(answer.data)
    written = [
        f"{json.dumps(step)}: {_code(found[0]) if len(found) == 1 else _in_turn(found)}"
        for step, found in by_step.items()
    ]
    return f"{{{', '.join(written)}}}"


def _in_turn(found: list[Any]) -> str:
    return f"lambda asked, given=iter({_code(found)}): next(given)"


def _assertions(expect: Mapping[str, Any]) -> Iterable[str]:
    yield f"assert result.status == {json.dumps(expect['status'])}"
    places = [parts_of(place) for place in expect.get("ignore", ())]
    if "error" in expect and ["error"] not in places:
        yield from f"assert result.error == {_code(expect['error'])}".splitlines()
    inside = [place[1:] for place in places if place[0] == "result"]
    if "result" not in expect or any(len(place) != 1 for place in inside):
        return
    if not inside:
        yield from f"assert result.result == {_code(expect['result'])}".splitlines()
    elif isinstance(expect["result"], dict):
        for key, value in expect["result"].items():
            if [key] not in inside:
                yield from f"assert result.result[{json.dumps(key)}] == {_code(value)}".splitlines()


def _imports(scenario: Scenario, entry: WorkflowEntry) -> Iterable[str]:
    yield "import asyncio"
    if any(names_in(scenario.to_dict() | {"expect": {}})):
        yield "import os"
    yield ""
    if scenario.rehearsal:
        yield "from engine import Rehearsal"
    yield "from engine.testing import run_to_end"
    module, name = entry.importable, assigned(entry)
    if name is not None:
        yield f"from {module} import {name}"
        return
    yield from (f"import {module} as flows", "", f"{_word(entry.workflow_id)} = next(")
    wanted = json.dumps(entry.workflow_id)
    yield f'    found for found in vars(flows).values() if getattr(found, "id", None) == {wanted}'
    yield ")"


def _name_of(entry: WorkflowEntry) -> str:
    return assigned(entry) or _word(entry.workflow_id)


def assigned(entry: WorkflowEntry) -> str | None:
    """Return the name at the top level of its file to which a workflow is assigned; None when that is not seen there.

    The file is read and never imported.
    """
    if entry.file is None or entry.line is None:
        return None
    try:
        tree = ast.parse(Path(entry.file).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno <= entry.line <= (node.end_lineno or 0):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            is_commit = isinstance(node.value, ast.Call) and getattr(node.value.func, "attr", "") == "commit"
            return target.id if isinstance(target, ast.Name) and is_commit else None
    return None


def _code(value: Any) -> str:
    """Write JSON as Python."""
    return pformat(_with_code(value), width=WIDTH, sort_dicts=False)


def _with_code(value: Any) -> Any:
    match value:
        case {"$env": str(name)} if len(value) == 1:
            return _Variable(name)
        case dict():
            return {key: _with_code(child) for key, child in value.items()}
        case list():
            return [_with_code(child) for child in value]
        case _:
            return value


def _word(text: str) -> str:
    return re.sub(r"\W", "_", text)
