"""What of a schema no form can show."""

from typing import Any

import pytest

from playground.forms.validation.unsupported_parts import survey

PATTERN = "(?<=a{1000})b{500}"


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"properties": {"to": {"$ref": "#/nowhere"}}}, ("to",), "The reference #/nowhere leads nowhere"),
        ({"properties": {"to": False}, "required": ["to"]}, ("to",), "No value fits here"),
        ({"items": {"type": "string", "pattern": PATTERN}}, (0,), "cannot be searched"),
        ({"$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/c"}}}}, "$ref": "#/$defs/a"}, ("b",), "#/$defs/c"),
        ({"type": "nothing"}, (), "The schema itself cannot be used"),
    ],
)
def test_each_place_is_named(schema: Any, path: tuple[str | int, ...], message: str) -> None:
    """What the author of a schema can mend is said with its place."""
    (issue,) = survey(schema)
    assert (issue.path, message in issue.message) == (path, True)


def test_what_is_closed_on_purpose_is_fine() -> None:
    """Properties that are switched off, any JSON, and recursion are nothing to mend."""
    tree = {"properties": {"left": {"$ref": "#"}, "off": False, "any": {}, "all": True}}
    assert survey(tree) == []
