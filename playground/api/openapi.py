"""``/api/openapi.json``: the API described in OpenAPI 3.1; a test holds it against the routes and the answers."""

from importlib import metadata
from typing import Any

from django.http import HttpRequest

from playground.api.components import SCHEMAS
from playground.api.endpoint import Answer, endpoint
from playground.api.lab.described import LAB
from playground.api.operations import OPERATIONS


@endpoint("GET")
async def openapi(request: HttpRequest) -> Answer:
    """Return the API's description."""
    return document()


def document() -> dict[str, Any]:
    """Return the description as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in (*OPERATIONS, *LAB):
        paths.setdefault(operation.path, {})[operation.method] = operation.to_dict()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stepyard", "version": metadata.version("stepyard")},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
