"""JSON Schemas as they are found in the wild."""

S = {"type": "string"}
I = {"type": "integer"}  # noqa: E741  # as short as S
N = {"type": "number"}
B = {"type": "boolean"}


def _object(required: str = "", /, **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": required.split()}


PERSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.com/person.schema.json",
    "title": "Person",
    **_object(
        "firstName",
        firstName={**S, "description": "The first name."},
        lastName=S,
        age={"description": "Age in years.", "type": "integer", "minimum": 0},
    ),
}
TREE = {
    "$defs": {"node": _object("name", name=S, children={"type": "array", "items": {"$ref": "#/$defs/node"}})},
    "$ref": "#/$defs/node",
}
PETS = {
    "oneOf": [
        {**_object("kind lives", kind={"const": "cat"}, lives=I), "title": "Cat"},
        {**_object("kind tricks", kind={"const": "dog"}, tricks={"type": "array", "items": S}), "title": "Dog"},
    ]
}
TOOL = {
    **_object(
        "location",
        location={**S, "description": "The city and state, e.g. San Francisco, CA"},
        unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
    ),
    "additionalProperties": False,
}
GEOJSON = {
    "title": "GeoJSON Point",
    **_object(
        "type coordinates",
        type={"type": "string", "enum": ["Point"]},
        coordinates={"type": "array", "minItems": 2, "items": N},
        bbox={"type": "array", "minItems": 4, "items": N},
    ),
}
CONDITIONAL = {
    **_object("country", country={"enum": ["US", "DE"]}, postcode=S),
    "if": {"properties": {"country": {"const": "US"}}},
    "then": {"properties": {"postcode": {"pattern": "^[0-9]{5}(-[0-9]{4})?$"}}},
    "else": {"properties": {"postcode": {"pattern": "^[0-9]{5}$"}}},
}
CARD = {
    **_object("name", name=S, credit_card=I, billing_address=S),
    "dependentRequired": {"credit_card": ["billing_address"]},
}
BUILD = {
    **_object("jobs", name=S, on={"type": ["string", "array", "object"]}),
    "patternProperties": {"^x-": {}},
}
BUILD["properties"]["jobs"] = {  # type: ignore[index]
    "type": "object",
    "patternProperties": {"^[_a-zA-Z][a-zA-Z0-9_-]*$": _object("steps", steps={"type": "array", "items": {}})},
    "additionalProperties": False,
}
PACKAGE = _object(
    "name version",
    name={**S, "maxLength": 214, "minLength": 1, "pattern": "^(?:@[a-z0-9-]+/)?[a-z0-9-][a-z0-9-._]*$"},
    version=S,
    private=B,
    scripts={"type": "object", "additionalProperties": S},
    dependencies={"type": "object", "additionalProperties": S},
    repository={"anyOf": [S, _object("", type=S, url=S)]},
)
NULLABLE = _object(
    "", name={"type": ["string", "null"]}, at={"anyOf": [{**S, "format": "date-time"}, {"type": "null"}]}
)
SETTINGS = {
    "allOf": [_object("host", host=S), _object("port", port={"type": "integer", "minimum": 1, "maximum": 65535})],
    "unevaluatedProperties": False,
}
VEGGIES = {
    **_object(
        "", fruits={"type": "array", "items": S}, vegetables={"type": "array", "items": {"$ref": "#/$defs/veggie"}}
    ),
    "$defs": {"veggie": _object("veggieName veggieLike", veggieName=S, veggieLike=B)},
}
DRAFT7 = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "definitions": {"positive": {"type": "integer", "exclusiveMinimum": 0}},
    **_object("n", n={"$ref": "#/definitions/positive"}),
}

TYPES = {
    "anything": ({}, None, 1, "a", [1], {"a": 1}),
    "string": (S, "", "a"),
    "integer": (I, 0, -5),
    "number": (N, 1, 1.5),
    "boolean": (B, True),
    "null": ({"type": "null"}, None),
    "array": ({"type": "array"}, [], [1, "a"]),
    "object schema": ({"type": "object"}, {}, {"a": {"b": 1}}),
    "several types": ({"type": ["string", "integer", "null"]}, "a", 1, None),
    "string with limits": ({**S, "minLength": 2, "maxLength": 5, "pattern": "^a"}, "abc"),
    "number with limits": ({**N, "minimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25}, 0.75),
    "email": ({**S, "format": "email"}, "a@example.org"),
    "date format": ({**S, "format": "date"}, "2026-01-01"),
    "date-time format": ({**S, "format": "date-time"}, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001+02:00"),
    "uri format": ({**S, "format": "uri"}, "https://example.org/"),
    "a format of one's own": ({**S, "format": "x-colour"}, "#fff"),
    "enumeration": ({"enum": ["red", "amber", "green"]}, "red"),
    "enumeration of kinds": ({"enum": ["red", 1, None, [1], {"a": 1}]}, "red", 1, None, [1], {"a": 1}),
    "constant": ({"const": {"a": [1]}}, {"a": [1]}),
    "list of numbers": ({"type": "array", "items": N, "minItems": 1, "maxItems": 3}, [1, 2.5]),
    "unique items": ({"type": "array", "items": S, "uniqueItems": True}, ["a", "b"]),
    "prefix items": ({"type": "array", "prefixItems": [N, S], "items": False}, [1600, "Pennsylvania"]),
    "contains": ({"type": "array", "contains": {"const": "x"}, "minContains": 1}, ["a", "x"]),
    "map": ({"type": "object", "additionalProperties": N}, {"a": 1}),
    "named by a pattern": ({"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}, {"a": 1}),
    "person": (PERSON, {"firstName": "John"}, {"firstName": "John", "lastName": "Doe", "age": 21}),
    "tree by reference": (TREE, {"name": "a"}, {"name": "a", "children": [{"name": "b", "children": []}]}),
    "one of": (PETS, {"kind": "cat", "lives": 3}, {"kind": "dog", "tricks": []}),
    "tool of a model": (TOOL, {"location": "Paris"}, {"location": "Paris", "unit": "celsius"}),
    "geojson": (GEOJSON, {"type": "Point", "coordinates": [1.5, 2]}),
    "if then else": (CONDITIONAL, {"country": "DE", "postcode": "01234"}, {"country": "US", "postcode": "01234-1234"}),
    "dependent required": (CARD, {"name": "a"}, {"name": "a", "credit_card": 1, "billing_address": "b"}),
    "build file": (BUILD, {"on": ["push"], "jobs": {"test": {"steps": [{"run": "make"}]}}, "x-a": 1}),
    "package": (PACKAGE, {"name": "a", "version": "1", "repository": {"type": "git"}, "scripts": {"t": "x"}}),
    "nullable": (NULLABLE, {}, {"name": None, "at": None}, {"name": "a", "at": "2026-01-01T00:00:00Z"}),
    "all of": (SETTINGS, {"host": "a", "port": 1}),
    "arrays of things": (VEGGIES, {"fruits": ["apple"], "vegetables": [{"veggieName": "p", "veggieLike": True}]}),
    "definitions of draft 7": (DRAFT7, {"n": 1}),
    "read-only and write-only": (_object("", id={**I, "readOnly": True}, word={**S, "writeOnly": True}), {"id": 1}),
    "defaults and examples": (_object("", size={**I, "default": 3, "examples": [1, 2]}), {}, {"size": 1}),
    "negated": ({"type": "integer", "not": {"multipleOf": 2}}, 3),
    "any of two limits": ({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string"}]}, 5, "a"),
    "no further keys": ({**_object("a", a=I), "additionalProperties": False}, {"a": 1}),
    "names that quote": (_object("", **{'a"b': S, " c ": S, "d\ne": I, "": B, "__proto__": I}), {'a"b': "x", "": True}),
    "names of keywords": (_object("", type=S, properties=I, items=B, required=N), {"type": "x", "items": True}),
    "titles only": ({"title": "Whatever", "description": "It may be anything."}, 1, None),
    "base64 content": ({**S, "contentEncoding": "base64", "contentMediaType": "image/png"}, "AAEC"),
    "password": ({**S, "format": "password"}, "word"),
    "if with dependent schemas": (
        {**_object("", a=I, b=I), "dependentSchemas": {"a": {"required": ["b"]}}},
        {},
        {"a": 1, "b": 2},
    ),
    "openapi parameter": (
        _object("name in", name=S, **{"in": {"enum": ["query", "header"]}}, schema={"type": "object"}),
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    ),
}
