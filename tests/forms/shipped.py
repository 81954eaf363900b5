"""Real schemas that packages ship, and what a browser would post of a form, by a parser of HTML that is not ours."""

import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

PACKAGES = ("check_jsonschema", "nbformat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A schema of a package."""

    name: str
    schema: Any


def shipped() -> list[Shipped]:
    """Return the schemas that the packages ship, by their names."""
    found = [
        Shipped(name=f"{name}-{file.name}", schema=_read(file)) for name in PACKAGES for file in _below(files(name))
    ]
    return sorted((one for one in found if is_schema(one.schema)), key=lambda one: one.name)


def _below(folder: Traversable) -> list[Traversable]:
    return [
        file
        for inner in folder.iterdir()
        for file in (_below(inner) if inner.is_dir() else [inner] if inner.name.endswith(".json") else [])
    ]


def _read(file: Traversable) -> Any:
    return json.loads(file.read_text("utf-8"))


def is_schema(document: Any) -> bool:
    """Tell whether a document is a JSON Schema."""
    return isinstance(document, dict) and ("$schema" in document or "properties" in document)


def posted(html: str) -> list[tuple[str, str]]:
    """Return what a browser would post of a form that nobody touched."""
    root = LexborHTMLParser(html)
    return [pair for node in root.css("input, textarea, select") for pair in _pairs(node)]


def _pairs(node: LexborNode) -> list[tuple[str, str]]:
    attributes = node.attributes
    name, kind = attributes.get("name") or "", attributes.get("type") or "text"
    if not name or "disabled" in attributes or kind in ("file", "submit", "button"):
        return []
    match node.tag:
        case "select":
            options = node.css("option")
            chosen = next((one for one in options if "selected" in one.attributes), options[0] if options else None)
            return [(name, chosen.attributes.get("value") or "")] if chosen else []
        case "textarea":
            return [(name, node.text().replace("\n", "\r\n"))]
        case _ if kind in ("radio", "checkbox") and "checked" not in attributes:
            return []
        case _:
            return [(name, attributes.get("value") or "")]
