"""Which floats may be ``inf`` or ``nan``, for which JSON has no number: those whose type says so."""

import math
from typing import Any

from engine.values.not_json import parts_of
from engine.values.schema_walk import CORE, Node

TEXTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""The texts that stand for them in JSON."""


def settled(core: Any) -> Any:
    """Return pydantic's core schema of a type in which each float says whether it may be ``inf`` or ``nan``.

    It may where ``allow_inf_nan=True`` stands at the float or in the configuration of the model that it is in, and
    where it stands in a default. pydantic alone takes them everywhere but describes them nowhere, so that what is
    recorded would not fit the schema that is published.
    """
    return CORE.hand_down(core, False, _settled)


def _settled(node: Node, allowed: bool) -> tuple[Node, bool]:
    match node:
        case {"type": "float"}:
            return {**node, "allow_inf_nan": node.get("allow_inf_nan", allowed)}, allowed
        case {"type": "default", "default": default} if is_endless(default):
            return node, True
        case {"config": dict() as config}:
            return node, bool(config.get("allow_inf_nan"))
        case _:
            return node, allowed


def is_endless(value: Any) -> bool:
    """Return whether a number that JSON does not have is in a value."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return any(is_endless(part) for _, part in parts_of(value) or ())
