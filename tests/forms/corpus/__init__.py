"""Schemas over every keyword, each with values that it takes and values that it refuses, and where."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.forms import parse_json

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One schema."""

    name: str
    schema: Any
    valid: list[Any]
    invalid: list[Any]
    """Pairs of a value and the pointer of the deepest shown field that has the error."""


def cases() -> list[Case]:
    """Return all schemas; the files are read as the forms read JSON, so that 1.10 is still 1.10."""
    return [
        Case(name=f"{file.stem}: {name}", schema=case["schema"], valid=case["valid"], invalid=case["invalid"])
        for file in sorted(FOLDER.glob("*.json"))
        for name, case in parse_json(file.read_text()).items()
    ]
