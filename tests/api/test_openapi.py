"""The description of the API."""

import json
import re

from django.urls import get_resolver
from jsonschema import Draft202012Validator

from playground.api.openapi import document
from tests.pages.stage import TRIP, Stage


def test_it_describes_every_route() -> None:
    """No route of the API is missing, and none is described that is not there."""
    routes = {"/" + str(pattern.pattern) for pattern in get_resolver().url_patterns}
    served = {re.sub(r"<str:(\w+)>", r"{\1}", route) for route in routes if route.startswith("/api/")}
    assert set(document()["paths"]) == served


async def test_it_is_served(stage: Stage) -> None:
    """Programs find it at a fixed address; its schemas are JSON Schemas."""
    await stage.publish(TRIP)
    found = json.loads(await stage.get("/api/openapi.json"))
    assert found["openapi"] == "3.1.0"
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
