"""JSON Schemas that a type's author has written by hand, held against the JSON that pydantic reads and writes."""

from collections.abc import Iterator
from typing import Any

from pydantic import WithJsonSchema

from engine.values.documents import Document, LenientGenerator
from engine.values.schema_walk import CORE, Node
from engine.values.types.plain_types import is_pydantics, is_reversible

_HOOKS = "pydantic_js_annotation_functions"
_NUMBERS = frozenset({"integer", "number"})
_INSIDE = frozenset({"default", "function-after", "function-before", "function-wrap", "nullable"})


def is_handwritten(node: Node) -> bool:
    """Return whether the JSON Schema for what a node of a core schema reads was written by hand."""
    if any(_written(node)):
        return True
    return node.get("type") in _INSIDE and is_handwritten(node["schema"])


def contradiction(core: Any) -> tuple[str, str] | None:
    """Return what a schema written by hand says, and what pydantic says instead, if no JSON is both.

    Types that a function of the user's reads are passed over, for it may read anything.

    Args:
        core: pydantic's core schema of a type, whole.
    """
    more = core["definitions"] if core.get("type") == "definitions" else []
    for node in CORE.schemas(core):
        for document in _written(node):
            said = _types(document)
            for own in _own(node, more) if is_reversible(node) else ():
                if said and own and not said & own:
                    return " or ".join(sorted(said)), " or ".join(sorted(own))
    return None


def _written(node: Node) -> Iterator[Document]:
    """Yield the schemas that stand at a node and hold for what is read."""
    for function in (node.get("metadata") or {}).get(_HOOKS, ()):
        match getattr(function, "__self__", None):
            case WithJsonSchema(json_schema=dict() as document, mode=None | "validation"):
                yield document
            case _:
                pass


def _own(node: Node, more: list[Node]) -> Iterator[frozenset[str]]:
    """Yield the types in JSON of what a node reads, and of what it writes if no serializer of the user's does."""
    bare = {key: value for key, value in node.items() if key not in ("metadata", "ref", "serialization")}
    how = node.get("serialization")
    # What pydantic's own functions write is theirs to describe.
    if how is not None and is_pydantics(how):
        bare["serialization"] = how
    whole: Any = {"type": "definitions", "schema": bare, "definitions": more}
    yield _types(LenientGenerator().generate(whole, mode="validation"))
    if how is None:
        yield _types(LenientGenerator().generate(whole, mode="serialization"))


def _types(document: Document) -> frozenset[str]:
    """Return the types that a JSON Schema names for what fits it; nothing if it does not say."""
    match document:
        case {"type": str() as kind}:
            return _NUMBERS if kind == "number" else frozenset({kind})
        case {"type": list() as kinds}:
            return frozenset().union(*(_types({"type": kind}) for kind in kinds))
        case {"anyOf": list() as parts} | {"oneOf": list() as parts}:
            found = [_types(part) for part in parts if isinstance(part, dict)]
            return frozenset().union(*found) if all(found) else frozenset()
        case _:
            return frozenset()
