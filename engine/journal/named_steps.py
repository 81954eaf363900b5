"""Which steps of a workflow a rehearsal means, as it names them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import UnknownStep
from engine.journal.answers import Places, path_of
from engine.paths import format_path
from engine.rehearsal import Rehearsal


def named_step(places: Places, name: str) -> str:
    """Return the written path of the step that is meant; that of a step in a nested workflow when its id is given.

    Raises:
        UnknownStep: the workflow has no such step, or the path has an index.
    """
    path = path_of(places, name)
    if any(isinstance(part, int) for part in path):
        raise UnknownStep(f"{name!r} names one item: give the path without indexes, which means the step for each item")
    return format_path(path)


def named_rehearsal(places: Places, rehearsal: Rehearsal) -> Rehearsal:
    """Return the rehearsal with the whole path of each step.

    Raises:
        UnknownStep: the workflow has no such step.
    """

    def by_path(steps: Mapping[str, Any]) -> dict[str, Any]:
        return {named_step(places, name): value for name, value in steps.items()}

    return replace(
        rehearsal,
        results=by_path(rehearsal.results),
        failures=by_path(rehearsal.failures),
        delays=by_path(rehearsal.delays),
        deaths=by_path(rehearsal.deaths),
    )
