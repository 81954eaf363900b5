"""How long forms take: 1,000 fields rendered and read back, 1 MB of JSON accepted, an example found."""

import time
from collections.abc import Callable
from typing import Any

from playground.forms import Form, dumps, example
from tests.benchmarks.report import report

LIMITS = {"render 1,000 fields": 0.3, "read 1,000 fields back": 1.0, "accept 1 MB of JSON": 1.0}
"""Seconds."""


def wide(number: int) -> dict[str, Any]:
    """Return a schema with as many fields of mixed kinds."""
    kinds: list[dict[str, Any]] = [
        {"type": "string", "minLength": 1, "description": "A text."},
        {"type": "integer", "minimum": 0, "default": 3},
        {"type": "boolean"},
        {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        {"enum": ["red", "green", "blue"]},
    ]
    properties = {f"field_{at}": {"title": f"Field {at}", **kinds[at % len(kinds)]} for at in range(number)}
    return {"type": "object", "properties": properties}


PEOPLE: dict[str, Any] = {
    "type": "object",
    "properties": {"people": {"type": "array", "items": {"$ref": "#/$defs/Person"}}},
    "required": ["people"],
    "$defs": {
        "Person": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "age": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["name"],
        }
    },
}


def best(times: int, act: Callable[[], object]) -> float:
    """Return the shortest time of several."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measure and tell."""
    schema = wide(1000)
    value = {f"field_{at}": ["text", at, at % 2 == 0, at / 2, "green"][at % 5] for at in range(1000)}
    pairs = [("f:tab", "fields"), *((f"f/{name}", str(item)) for name, item in value.items())]
    people = {"people": [{"name": f"Ada {at}", "age": at, "tags": ["alpha", "beta"]} for at in range(18_000)]}
    text = dumps(people)
    results = {
        "render 1,000 fields": best(3, lambda: Form.of(schema, value).html()),
        "read 1,000 fields back": best(3, lambda: Form.posted(schema, pairs).validate()),
        "accept 1 MB of JSON": best(3, lambda: Form.posted(PEOPLE, [("f:tab", "json"), ("f", text)]).validate()),
        "show 1 MB of JSON again": best(2, lambda: Form.of(PEOPLE, people).html()),
        "find an example": best(3, lambda: example(PEOPLE)),
    }
    assert not Form.posted(PEOPLE, [("f:tab", "json"), ("f", text)]).validate().issues
    for name, seconds in results.items():
        limit = f" (at most {LIMITS[name]} s)" if name in LIMITS else ""
        report("forms", name + limit, seconds)


if __name__ == "__main__":
    main()
