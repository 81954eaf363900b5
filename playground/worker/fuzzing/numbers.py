"""Hypothesis strategies for numbers within the bounds of a JSON Schema, its edges among the first."""

import math
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Facts = Mapping[str, Any]

WHOLE = (0, 1, -1, 2, 10, 100, 255, 2**31 - 1, -(2**31), 2**53, 10**18)
"""Whole numbers at which code likes to break."""
LARGE = 1e6
"""The most that a number is that no rule bounds, before the largest that there are are tried."""


def integers(schema: Facts) -> SearchStrategy[Any]:
    """Return a strategy of whole numbers."""
    lows = [math.ceil(schema["minimum"])] if _is_number(schema.get("minimum")) else []
    lows += [math.floor(schema["exclusiveMinimum"]) + 1] if _is_number(schema.get("exclusiveMinimum")) else []
    highs = [math.floor(schema["maximum"])] if _is_number(schema.get("maximum")) else []
    highs += [math.ceil(schema["exclusiveMaximum"]) - 1] if _is_number(schema.get("exclusiveMaximum")) else []
    least, most = max(lows, default=None), min(highs, default=None)
    step = schema.get("multipleOf")
    if isinstance(step, int) and step > 1:
        return _multiples(least, most, step)
    if _is_empty(least, most):
        return st.nothing()
    edges = [edge for edge in (least, most, *WHOLE) if edge is not None and not _is_outside(edge, least, most)]
    return st.integers(least, most) | st.sampled_from(edges)


def numbers(schema: Facts) -> SearchStrategy[Any]:
    """Return a strategy of numbers."""
    low, high = limits(schema)
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        return _multiples(low, high, step)
    if _is_empty(low, high):
        return st.nothing()
    usual = st.floats(
        min_value=-max(LARGE, -high if high is not None else 0) if low is None else low,
        max_value=max(LARGE, low if low is not None else 0) if high is None else high,
        allow_nan=False,
        allow_infinity=False,
    )
    edges = [edge for edge in (low, high, 0, 1, -1, 0.5, 1e-9, 1e300) if edge is not None]
    edges = [float(edge) for edge in edges if not _is_outside(edge, low, high)]
    return usual | st.sampled_from(edges) if edges else usual


def limits(schema: Facts) -> tuple[float | None, float | None]:
    """Return the lowest and the highest number, None for no bound; open bounds are returned as they are."""
    lows = [schema[name] for name in ("minimum", "exclusiveMinimum") if _is_number(schema.get(name))]
    highs = [schema[name] for name in ("maximum", "exclusiveMaximum") if _is_number(schema.get(name))]
    return max(lows, default=None), min(highs, default=None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _is_empty(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > high


def _multiples(low: float | None, high: float | None, step: float) -> SearchStrategy[Any]:
    first = None if low is None else math.ceil(low / step)
    last = None if high is None else math.floor(high / step)
    return st.nothing() if _is_empty(first, last) else st.integers(first, last).map(lambda times: times * step)
