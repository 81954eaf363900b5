"""Writes what came of a scenario into its file as what is expected from now on."""

from pathlib import Path

from engine.journal.result import RunResult
from engine.scenarios.expectation import taken
from engine.scenarios.folder import write
from engine.scenarios.reading import parsed
from engine.scenarios.scenario import Scenario, lines_of


def take(scenario: Scenario, result: RunResult, file: Path) -> bool:
    """Take what came as right; tell whether the file was changed.

    Only what the file expects already is replaced, and everything else of it stays.
    """
    before = file.read_text(encoding="utf-8")
    data = parsed(before, scenario.file) | {"expect": taken(scenario, result)}
    text = f"{lines_of(data)}\n"
    if text != before:
        write(text, file)
    return text != before
