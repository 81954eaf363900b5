"""A scenario as a frozen value, and as the text of its file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import StepyardError


class ScenarioProblem(StepyardError):
    """A scenario cannot be read or played. Mend its file where the message points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a suspended step is answered."""

    step: str
    """Its written path."""
    data: Any = None
    late: bool = False
    """Whether nobody answers, so that its deadline passes."""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the file has it."""
        return {"step": self.step} | ({"late": True} if self.late else {"data": self.data})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An event that the run is sent."""

    name: str
    payload: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return the event as the file has it."""
        return {"name": self.name, "payload": self.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a workflow is given, and what is to come of it; all values are JSON."""

    workflow: str
    name: str
    """The file's name without its ending."""
    input: Any = None
    state: dict[str, Any] | None = None
    request_context: dict[str, Any] | None = None
    scheduled_for: str | None = None
    """The due time for which a schedule starts the run, in ISO 8601 with its offset."""
    answers: tuple[Answer, ...] = ()
    events: tuple[Sent, ...] = ()
    rehearsal: Mapping[str, Any] | None = None
    """What the run pretends, as `engine.rehearsal.Rehearsal.to_dict` writes it."""
    expect: Mapping[str, Any] = field(default_factory=dict)
    """As the file has it; see `engine.scenarios.expectation`."""
    file: str = field(default="", compare=False)
    """Where it was read, as messages call it."""

    @property
    def title(self) -> str:
        """Return how it is called everywhere: ``workflow::name``."""
        return f"{self.workflow}::{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as JSON, as the file has it; what is not given is left out."""
        given = {
            "state": self.state,
            "request_context": self.request_context,
            "scheduled_for": self.scheduled_for,
            "answers": [answer.to_dict() for answer in self.answers] or None,
            "events": [event.to_dict() for event in self.events] or None,
            "rehearsal": None if self.rehearsal is None else dict(self.rehearsal),
        }
        there = {key: value for key, value in given.items() if value is not None}
        return {"workflow": self.workflow, "input": self.input, **there, "expect": dict(self.expect)}

    def to_text(self) -> str:
        """Return the text of the file."""
        return f"{lines_of(self.to_dict())}\n"


def lines_of(value: Any, *, ordered: bool = False) -> str:
    """Write JSON for people, a line for each part; ``ordered`` sorts the keys, so that texts can be compared."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=ordered)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair can only be written as an escape.
        return json.dumps(value, indent=2, sort_keys=ordered)
    return text
