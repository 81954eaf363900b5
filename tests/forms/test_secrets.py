"""Secrets are typed as passwords, left empty when loaded, and masked when shown."""

from collections.abc import Iterator
from typing import Any

from playground.forms import MASK, Form, mask, without_secrets
from tests.forms.browser import Session

LOGIN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user": {"type": "string"},
        "password": {"type": "string", "format": "password", "writeOnly": True},
        "keys": {"type": "array", "items": {"type": "string", "writeOnly": True}},
        "either": {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/Token"}]},
        "extra": {"type": "object", "additionalProperties": {"anyOf": [{"format": "password"}, {"type": "null"}]}},
    },
    "if": {"required": ["user"]},
    "then": {"properties": {"pin": {"type": "string", "format": "password"}}},
    "$defs": {"Token": {"type": "object", "properties": {"token": {"type": "string", "writeOnly": True}}}},
}
VALUE = {
    "user": "ada",
    "password": "hush-1",
    "keys": ["hush-2"],
    "either": {"token": "hush-3"},
    "extra": {"a": "hush-4", "b": None},
    "pin": "hush-5",
    "more": "shown",
}


def test_masked() -> None:
    """Every secret is masked: in lists, branches, entries and conditions; null is no secret."""
    shown = mask(LOGIN, VALUE)
    assert "hush" not in repr(shown)
    assert shown["user"] == "ada"
    assert shown["keys"] == [MASK]
    assert shown["extra"] == {"a": MASK, "b": None}
    assert shown["more"] == "shown"


def test_loaded_forms_hold_no_secret() -> None:
    """A loaded form leaves secrets empty, in both tabs."""
    session = Session(LOGIN, Form.of(LOGIN, VALUE))
    assert "hush" not in session.form.html()
    session.press("tab:json")
    assert "hush" not in session.form.html()
    assert "hush" not in repr(without_secrets(LOGIN, VALUE))


def test_what_was_typed_stays() -> None:
    """A password that was just typed survives a structural button, as a password."""
    session = Session(LOGIN)
    session.put("f/password", "typed")
    session.refresh()
    control = session.page.control("f/password")
    assert control is not None
    assert (control.type, control.value) == ("password", "typed")


def test_schemas_without_secrets_cost_nothing() -> None:
    """Without a secret in the schema the value itself comes back."""
    value = {"a": [1]}
    assert mask({"type": "object"}, value) is value


def test_each_secret_that_is_left_out_is_asked_for() -> None:
    """A loaded form names the place of each one, and of nothing else."""
    places = {issue.path for issue in Form.of(LOGIN, VALUE).issues}
    assert places == set(masked(mask(LOGIN, VALUE), ()))
    assert places
    assert Form.of(LOGIN, VALUE, secrets=True).issues == ()
    assert Form.of(LOGIN, without_secrets(LOGIN, VALUE)).issues == ()
    assert "type it again" in Form.of(LOGIN, VALUE).html()


def masked(value: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield where a masked value has its masks."""
    if value == MASK:
        yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from masked(part, (*at, name))
