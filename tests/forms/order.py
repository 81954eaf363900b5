"""A form with a field of each kind, a value for it, and the button that runs it in a real browser."""

from typing import Any

from playwright.async_api import Page, expect

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Who orders.", "minLength": 2},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "count": {"type": "integer", "minimum": 1, "default": 1},
        "gift": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "color": {"enum": ["red", "blue"]},
        "kind": {"const": "order"},
        "secret": {"type": "string", "format": "password"},
        "file": {"type": "string", "contentEncoding": "base64"},
        "any": {},
        "tags": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
        },
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pet": {
            "anyOf": [
                {"title": "Cat", "type": "object", "properties": {"lives": {"type": "integer"}}, "required": ["lives"]},
                {"title": "Dog", "type": "object", "properties": {"bark": {"type": "string"}}, "required": ["bark"]},
                {"type": "integer"},
            ]
        },
        "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "minItems": 2},
        "old": {"type": "string", "deprecated": True, "readOnly": True},
    },
    "required": ["name", "gift", "color", "kind", "lines"],
}
FULL = {
    "name": "Ada",
    "note": None,
    "count": 3,
    "gift": False,
    "day": "2025-01-02",
    "at": "2025-01-02T03:04:05.678901+02:00",
    "color": "blue",
    "kind": "order",
    "file": "aGk=",
    "any": {"x": 1},
    "tags": ["a", "b"],
    "lines": [{"sku": "1"}, {"sku": "2", "extra": [1]}],
    "map": {"one": 1},
    "pet": {"bark": "loud"},
    "pair": [1, True],
    "old": "x",
}


async def run(page: Page) -> str:
    """Press Run and return the JSON that was meant."""
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator("#status")).to_have_text("run")
    return await page.locator("#meant").text_content() or ""
