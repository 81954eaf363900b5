"""What is looked for and what was found, as frozen values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import InvalidInput, Issue, RequestError
from engine.short_text import shown
from playground.forms import Json, dumps

HANG = 5.0
"""Seconds of real time after which an input counts as one that never comes to an end."""


class FuzzingRefused(RequestError):
    """This is production, where no inputs are tried. Use a playground on your own machine."""


class FuzzingFailed(RequestError):
    """The inputs could not be tried; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long is looked, and with what.

    Raises:
        InvalidInput: one is out of its range; the issue names it.
    """

    runs: int = 200
    """How many inputs are tried, beside those that make a finding smaller."""
    seconds: float = 30.0
    """Of real time, for everything after the import."""
    memory: int = 1024
    """Megabytes that one input may take more than nothing at all takes."""
    seed: int | None = None
    """Of the generator; another one each time when left out."""

    def __post_init__(self) -> None:
        """Check the values."""
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            is_number = isinstance(value, int if name in ("runs", "memory", "seed") else int | float)
            if name == "seed" and value is None:
                continue
            if not is_number or isinstance(value, bool) or not least <= value <= most:
                message = f"found {shown(value)}. Expected a number from {least} to {most}"
                raise InvalidInput(f"{name} is out of its range:", [Issue(path=(name,), message=message)])


_RANGES: Mapping[str, tuple[int, int]] = {
    "runs": (1, 100_000),
    "seconds": (1, 3600),
    "memory": (16, 65_536),
    "seed": (0, 2**64),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A failure, and the smallest input that was found to have it."""

    key: str
    """Tells it from the others; follows from its type and place."""
    type: str
    """The exception's class; ``Hang`` or ``Crash`` where there is none."""
    message: str
    place: str
    """The user's line, ``orders.py:88``, or the step, where no line of the user's has raised it."""
    code: str = ""
    """The text of that line."""
    step: str = ""
    """The written path of the step that has failed, if that is known."""
    input: Json = None
    times: int = 1
    """How many of the inputs that were tried have it."""
    is_smallest: bool = False
    """Whether smaller inputs were tried to the end."""
    traceback: str = ""

    @property
    def text(self) -> str:
        """Return its input as JSON."""
        return dumps(self.input)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of looking, so far or in the end."""

    workflow: str
    state: str = "running"
    """``running``, ``done``, ``stopped``, or ``failed`` when nothing could be tried."""
    problem: str = ""
    """Why nothing could be tried."""
    seed: int | None = None
    inputs: int = 0
    """How many different ones were tried."""
    refused: int = 0
    """How many of them the workflow's own types refused, although its schema takes them."""
    seconds: float = 0.0
    reached: tuple[str, ...] = ()
    """The written paths of the steps that some input came to."""
    unreached: tuple[str, ...] = ()
    """The others."""
    arms: tuple[int, int] = (0, 0)
    """How many arms of the workflow's branches some input took, and how many there are."""
    rehearsal: Mapping[str, Any] | None = None
    """What each run pretended."""
    findings: tuple[Finding, ...] = ()

    @property
    def tried(self) -> str:
        """Return in a sentence what was tried."""
        steps = len(self.reached) + len(self.unreached)
        words = f"{self.inputs} {'input' if self.inputs == 1 else 'inputs'}, {len(self.reached)} of {steps} steps"
        words += f", {self.arms[0]} of {self.arms[1]} branches" if self.arms[1] else ""
        refused = f"; {self.refused} were refused by the types" if self.refused else ""
        seed = "" if self.seed is None else f" (seed {self.seed})"
        return f"{words} in {self.seconds:.1f} s{seed}{refused}"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "workflowId": self.workflow,
            "status": self.state,
            "problem": self.problem,
            "seed": self.seed,
            "inputs": self.inputs,
            "refused": self.refused,
            "seconds": round(self.seconds, 3),
            "reached": list(self.reached),
            "unreached": list(self.unreached),
            "branches": list(self.arms),
            "rehearsal": self.rehearsal,
            "findings": [_as_json(finding) for finding in self.findings],
        }


def _as_json(finding: Finding) -> dict[str, Any]:
    data = asdict(finding)
    data["smallest"] = data.pop("is_smallest")
    return data
