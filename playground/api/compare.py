"""``/api/compare``: two runs beside each other."""

from typing import Any

from django.http import HttpRequest

from playground.api.endpoint import Answer, BadRequest, endpoint
from playground.api.request_bodies import COMPARED
from playground.comparison.compare_runs import Pair
from playground.runs import compared, wire_shapes


@endpoint("GET", query=COMPARED)
async def compare(request: HttpRequest) -> Answer:
    """Return what differs between run a and run b, and each step of both."""
    a, b = request.GET.get("a", ""), request.GET.get("b", "")
    if not (a and b):
        raise BadRequest("the address must name two runs: ?a=…&b=…")
    both = await compared.compare(a, b)
    found = both.found
    return {
        "a": wire_shapes.line(both.a),
        "b": wire_shapes.line(both.b),
        "first": None if found.first is None else found.first.written,
        "input": found.input,
        "result": found.result,
        "sources": dict(both.texts),
        "steps": [_step(pair) for pair in found.pairs],
    }


def _step(pair: Pair) -> dict[str, Any]:
    return {
        "path": pair.written,
        "iterations": list(pair.iterations),
        "status": list(pair.status),
        "seconds": list(pair.seconds),
        "error": list(pair.error),
        "input": pair.input,
        "output": pair.output,
        "source": list(pair.source),
    }
