"""Pasted calls of the HTTP API: what is meant is the value inside."""

import re

from playground.forms.schema.document import place_of
from playground.forms.schema.shape import fold
from playground.forms.validation.check import fits
from playground.forms.values.jsontext import JsonError, dumps
from playground.forms.values.pasted import ENVELOPE, is_sent_event, parse_pasted
from playground.forms.values.values import MISSING, Json, Missing

BESIDE = frozenset(
    (*ENVELOPE, "step", "label", "runId", "resourceId", "initialState", "requestContext", "tracingOptions", "perStep")
)
"""Names that a call may have beside its value."""


SENT_EVENT = re.compile(r"""\s*\{\s*["'](event|data)["']\s*:""")
"""How the body of a call that sends an event begins; a long value is not read twice for having these words in it."""


def envelope(text: str) -> tuple[str, Json] | None:
    """Return the name and the value inside when a text is the body of a call, with nothing else in it."""
    if not any(name in text for name in ENVELOPE) and not SENT_EVENT.match(text):
        return None
    try:
        value = parse_pasted(text)
    except JsonError:
        return None
    if is_sent_event(value) and "data" in value:
        return "data", value
    names = [name for name in ENVELOPE if isinstance(value, dict) and name in value]
    return (names[0], value) if len(names) == 1 and value.keys() <= BESIDE else None


def opened(schema: Json, text: str) -> tuple[str, str]:
    """Return the text of the value that was meant and, when it was inside a call, a sentence that says so."""
    found = envelope(text)
    if found is None:
        return text, ""
    name, value = found
    inner = _inside(schema, name, value)
    if inner is MISSING:
        return text, ""
    return dumps(inner, indent=2), f"This was a call of the API, so only what it has as “{name}” is taken."


def _inside(schema: Json, name: str, value: Json) -> Json | Missing:
    """Return the inner value, unless the schema speaks of the name or takes everything."""
    place = place_of(schema)
    known = fold(place).properties
    if name in known or (not known and fits(place, value, schema=schema) is not False):
        return MISSING
    meant = fits(place, value[name], schema=schema) is True or fits(place, value, schema=schema) is False
    return value[name] if meant else MISSING
