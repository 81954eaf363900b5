"""Refs: where a value in a run comes from, so that a value that is handed on is stored once.

A ref is JSON with one key:

- ``{"value": v}``: the value itself
- ``{"step": path}``: the output of the step at that path, as it stands at this point of the journal; of a foreach
  body, the list of the items' outputs
- ``{"input": path}``: the input of the nested workflow at that path; ``[]`` is the run's input
- ``{"item": [ref, index]}``: one item of a list
- ``{"keys": {key: ref}}``: a dict
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from engine.paths import Path

Ref = dict[str, Any]


class Value(NamedTuple):
    """A JSON value on its way from one node to the next, and the ref that finds it in the journal.

    A tuple, since one is made for each step and a frozen dataclass costs twice as much.
    """

    json: Any
    ref: Ref


def resolve(ref: Ref, step_output: Callable[[Path], Any], flow_input: Callable[[Path], Any]) -> Any:
    """Return the value that ``ref`` stands for; parts are shared with the journal, not copied."""
    ((kind, of),) = ref.items()
    match kind:
        case "value":
            return of
        case "step":
            return step_output(tuple(of))
        case "input":
            return flow_input(tuple(of))
        case "item":
            return resolve(of[0], step_output, flow_input)[of[1]]
        case "keys":
            return {key: resolve(part, step_output, flow_input) for key, part in of.items()}
        case _:
            raise ValueError(f"unknown ref {kind!r}")


def item_of(ref: Ref, index: int) -> Ref:
    """Return the ref to one item of a list."""
    match ref:
        case {"value": list() as items}:
            return {"value": items[index]}
        case _:
            return {"item": [ref, index]}
