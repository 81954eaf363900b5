"""Rehearsals: what a run is to pretend of some of its steps, so that rare failures can be tried at will."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, Self

from engine.errors import InvalidInput, Issue, RehearsalRefused
from engine.short_text import meant, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure that a step is to have before it is called.

    Raises:
        InvalidInput: ``times`` is no whole number of 1 or more, ``type`` no name, or ``message`` no text.
    """

    times: int = 1
    """How many attempts fail; after them the step is called."""
    type: str = "RuntimeError"
    """The name of the exception's class. Where the program has a class of this name, the error is one of it."""
    message: str = "rehearsed"

    def __post_init__(self) -> None:
        """Check the values."""
        if not _is_count(self.times):
            raise InvalidInput(f"Failure(times={shown(self.times)}): expected a whole number of 1 or more")
        if not (isinstance(self.type, str) and self.type.isidentifier()):
            raise InvalidInput(
                f"Failure(type={shown(self.type)}): expected the name of a class, such as 'TimeoutError'"
            )
        if not isinstance(self.message, str):
            raise InvalidInput(f"Failure(message={shown(self.message)}): expected text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a run is to pretend. Keys are the paths of steps, without indexes: ``"fetch"``, ``"outer.ask"``.

    Each item of a foreach and each iteration of a loop is a step of its own, which fails and dies as often as it says.

    Raises:
        InvalidInput: a value is not what is expected here; the message names it.
    """

    results: Mapping[str, Any] = field(default_factory=dict)
    """What a step or a nested workflow returns instead of being called."""
    failures: Mapping[str, Failure] = field(default_factory=dict)
    """Which failures a step has before it is called."""
    delays: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each attempt takes longer; they count for its timeout."""
    deaths: Mapping[str, int] = field(default_factory=dict)
    """How many times the worker process is killed while the step runs."""

    def __post_init__(self) -> None:
        """Check the values."""
        for name, is_right, expected in _KINDS:
            found = getattr(self, name)
            if not isinstance(found, Mapping):
                raise InvalidInput(f"Rehearsal({name}={shown(found)}): expected {name} by the paths of steps")
            for key, value in found.items():
                if not isinstance(key, str):
                    raise InvalidInput(f"Rehearsal({name}=...): the key {shown(key)} is no path of a step")
                if not is_right(value):
                    raise InvalidInput(f"Rehearsal({name}=...): {key!r} has {shown(value)}; expected {expected}")

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the paths of all steps that are named, each once."""
        return tuple(dict.fromkeys([*self.results, *self.failures, *self.delays, *self.deaths]))

    def to_dict(self) -> dict[str, Any]:
        """Return the rehearsal as JSON; what names no step is left out."""
        data = {name: dict(getattr(self, name)) for name, _, _ in _KINDS}
        data["failures"] = {key: asdict(failure) for key, failure in self.failures.items()}
        return {name: steps for name, steps in data.items() if steps}

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Read a rehearsal back from `to_dict`; what is left out has its default.

        Raises:
            InvalidInput: it is none; the issue names the place.
        """
        known = {name: data[name] for name in _known(data, [name for name, _, _ in _KINDS], ()) if data[name]}
        failures = known.get("failures")
        if isinstance(failures, Mapping):
            known["failures"] = {key: _failure(key, failure) for key, failure in failures.items()}
        return cls(**known)


def check_rehearsal(rehearsal: Rehearsal | None, *, production: bool, can_die: bool) -> None:
    """Check that a rehearsal may be had here.

    Args:
        rehearsal: what the run is to pretend; None for a run in earnest.
        production: whether rehearsals are refused.
        can_die: whether the run is executed by a worker process, which is replaced when it is killed.

    Raises:
        RehearsalRefused: it may not.
    """
    if rehearsal is None:
        return
    if production:
        raise RehearsalRefused("this is production, where no run is rehearsed: leave the rehearsal out")
    if rehearsal.deaths and not can_die:
        raise RehearsalRefused(
            f"the rehearsal kills the worker at {', '.join(rehearsal.deaths)}, and this program executes the run "
            "itself: leave out deaths=, or start the run in a playground, whose workers are replaced"
        )


def _failure(step: str, data: Any) -> Failure:
    names = _known(data, ["times", "type", "message"], ("failures", step))
    return Failure(**{name: data[name] for name in names})


def _known(data: Any, names: list[str], path: tuple[str, ...]) -> list[str]:
    """Return the keys that are there, if each is known.

    Raises:
        InvalidInput: there is another one, or it is no object at all.
    """
    if not isinstance(data, Mapping):
        issue = Issue(path=path, message=f"expected an object with {', '.join(names)}, and is {shown(data)}")
        raise InvalidInput("this is no rehearsal:", [issue])
    for key in data:
        if key not in names:
            near = meant(str(key), names)
            issue = Issue(path=(*path, str(key)), message=f"is not known here. Expected {', '.join(names)}.{near}")
            raise InvalidInput("this is no rehearsal:", [issue])
    return list(data)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_delay(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0


_KINDS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("results", lambda value: True, "any value"),
    ("failures", lambda value: isinstance(value, Failure), "a Failure(times=..., type=..., message=...)"),
    ("delays", _is_delay, "seconds, 0 or more"),
    ("deaths", _is_count, "a whole number of 1 or more"),
)
