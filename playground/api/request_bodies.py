"""What requests may hold: the keys of each body and of each query, described for programs and checked by name."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from engine.events import RunStatus
from playground.runs.filter_query import MOST, SEVERAL

Schema = dict[str, Any]
Query = tuple[tuple[str, Schema], ...]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MOST}
TIME: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
ANY: Schema = {}
STATUS: Schema = {"enum": list(get_args(RunStatus))}
STATUSES: Schema = {
    "type": "string",
    "description": f"One of {', '.join(get_args(RunStatus))}, or several with commas.",
}
PATH: Schema = {"type": "array", "items": {"type": ["string", "integer"]}}


def obj(properties: Mapping[str, Schema], *optional: str, closed: bool = False) -> Schema:
    """Return the schema of an object; what is not optional must be there."""
    required = [name for name in properties if name not in optional]
    found: Schema = {"type": "object", "properties": dict(properties), "required": required}
    return found | {"additionalProperties": False} if closed else found


def or_null(schema: Schema) -> Schema:
    """Return a schema that takes null, too."""
    return {"anyOf": [schema, {"type": "null"}]}


def _body(properties: Mapping[str, Schema], *required: str) -> Schema:
    passed = {name: {"description": "Passed over."} for name in PASSED_OVER if name not in properties}
    known = {**properties, **passed}
    return obj(known, *(name for name in known if name not in required), closed=True)


PASSED_OVER = ("tracingOptions", "disableScorers", "requestContext", "perStep")
"""What clients of Mastra say that changes nothing here; ``perStep`` after the start only as long as it is false."""
PASSED_IN_QUERY = ("requestContext", "partial", "token")
"""What may stand in any query: two words of Mastra's clients, and the token, which is read before."""

STEP: Schema = {"anyOf": [TEXT, PATH]}
FLAG: Schema = {"type": "boolean"}
BREAKPOINTS: Schema = {"anyOf": [{"const": "all"}, {"type": "array", "items": STEP}]}
REHEARSAL = obj(
    {
        "results": OBJECT,
        "failures": {
            "type": "object",
            "additionalProperties": obj(
                {"times": {"type": "integer", "minimum": 1}, "type": TEXT, "message": TEXT},
                *("times", "type", "message"),
                closed=True,
            ),
        },
        "delays": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
        "deaths": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
    },
    *("results", "failures", "delays", "deaths"),
    closed=True,
)
WAYS: dict[str, Schema] = {"breakpoints": BREAKPOINTS, "perStep": FLAG, "rehearsal": REHEARSAL}
STARTED: dict[str, Schema] = {"inputData": ANY, "resourceId": TEXT, "initialState": OBJECT, "requestContext": OBJECT}
STARTED |= WAYS
NOTHING = _body({})
CREATE = _body({"resourceId": TEXT})
START = _body(STARTED)
STREAM = _body({**STARTED, "closeOnSuspend": FLAG})
RESUME = _body({"resumeData": ANY, "step": STEP, "label": TEXT, "forEachIndex": NUMBER})
REFUSED_IN_TRAVEL = ("resumeData", "initialState", "context", "nestedStepsContext")
TRAVEL = _body({"step": STEP, "inputData": ANY, **WAYS}, "step")
PROCEED = _body({"step": {"anyOf": [FLAG, STEP]}, "breakpoints": BREAKPOINTS, "inputData": ANY})
WAKE = _body({"step": STEP})
RUN_STEP = _body({"step": STEP, "inputData": ANY, "at": NUMBER}, "step")
PIN = _body({"step": STEP, "result": ANY}, "step", "result")
CANCEL = _body({"reason": TEXT})
SCENARIO = _body({"name": TEXT, "results": {"type": "array", "items": TEXT}}, "name")
PLAY = _body({"names": {"type": "array", "items": TEXT}, "update": {"type": "boolean"}})
FUZZ = _body(
    {
        "runs": {"type": "integer", "minimum": 1},
        "seconds": {"type": "number", "minimum": 1},
        "memory": {"type": "integer", "minimum": 16},
        "seed": NUMBER,
        "steps": {"type": "array", "items": TEXT},
        "rehearsal": REHEARSAL,
        "wait": FLAG,
    }
)
CALLED = obj({"name": or_null(TEXT), "tags": {"type": "array", "items": TEXT}}, "name", "tags", closed=True)
EVENT = _body({"event": TEXT, "data": ANY}, "event")

NO_QUERY: Query = ()
RUN_ID: Query = (("runId", TEXT),)
COMPARED: Query = (("a", TEXT), ("b", TEXT))
OF_STEP: Query = (("step", TEXT),)
FROM_RUN: Query = (("fromRun", TEXT),)
OBSERVE: Query = (*RUN_ID, ("offset", NUMBER))
PAGES: Query = (("page", NUMBER), ("perPage", LIMIT), ("limit", LIMIT), ("offset", NUMBER))
LISTED: Query = (
    *PAGES,
    ("status", STATUSES),
    ("q", TEXT),
    ("tag", TEXT),
    ("resourceId", TEXT),
    ("fromDate", TIME),
    ("toDate", TIME),
)
ONE_RUN: Query = (("fields", TEXT), ("withNestedWorkflows", {"enum": ["true", "false"]}))
IMPORTED: Query = (("fork", TEXT), ("retry", {"enum": ["true", "false"]}))
ARCHIVE = obj({"format": TEXT, "version": NUMBER, "run_id": TEXT, "events": {"type": "array", "items": OBJECT}})
WAIT: Query = (("wait", NUMBER),)
AFTER: Query = (("after", NUMBER),)
MORE: Query = (("after", TEXT), ("limit", LIMIT))
SCHEDULED: Query = (("workflow", TEXT),)
LINES_OF: Query = (
    ("workflow", TEXT),
    ("status", STATUSES),
    ("q", TEXT),
    ("tag", TEXT),
    ("since", TIME),
    ("until", TIME),
    *MORE,
)


def fault_in_body(body: Mapping[str, Any], schema: Schema, but: Collection[str] = ()) -> str:
    """Return which key of a body is not known or missing; empty when all is well.

    Args:
        body: what was sent.
        schema: one of the bodies here.
        but: keys that are refused later, with a sentence of their own.
    """
    known = [name for name in schema["properties"] if name not in PASSED_OVER or name == "requestContext"]
    for key in body:
        if key not in schema["properties"] and key not in but:
            if key == "runId":
                return '"runId" stands in the address, not in the body: ?runId=…'
            return unknown(key, [f'"{name}"' for name in known], "body")
    return next((missing(name, body) for name in schema["required"] if not _is_said(name, body, schema)), "")


def _is_said(name: str, body: Mapping[str, Any], schema: Schema) -> bool:
    """Tell whether a body has a value for a key; null is one where any JSON is."""
    return body.get(name) is not None or (name in body and schema["properties"][name] == ANY)


def fault_in_query(given: Mapping[str, Sequence[str]], query: Query) -> str:
    """Return which key of a query is not known, or is there several times; empty when all is well."""
    known = [name for name, _ in query]
    wrong = next((key for key in given if key not in known and key not in PASSED_IN_QUERY), None)
    if wrong is not None:
        return unknown(wrong, [f'"{name}"' for name in known], "query")
    again = next((key for key, values in given.items() if len(values) > 1 and key not in SEVERAL), None)
    return "" if again is None else f'the query has "{again}" {len(given[again])} times: say it once'


def missing(key: str, body: Collection[str]) -> str:
    """Say that a key is missing in a body."""
    held = ", ".join(f'"{name}"' for name in body)
    return f'the body has no "{key}"' + (f", and holds {held}" if held else "") + f': send {{"{key}": …}}'


def unknown(key: str, known: Collection[str], where: str) -> str:
    """Say that a key is not known, with the nearest one that is and all others."""
    near = nearest(key, [name.strip('"') for name in known])
    meant = f' Did you mean "{near}"?' if near else ""
    return f'the {where} has an unknown key "{key}".{meant} Known are: {", ".join(known) or "none"}'


def nearest(key: str, known: Collection[str]) -> str:
    """Return the known key that is most like another one; empty when none is like it at all."""
    folded = {name.lower(): name for name in known}
    within = [name for low, name in folded.items() if len(key) > 2 and (key.lower() in low or low in key.lower())]
    close = get_close_matches(key.lower(), folded, n=1)
    return within[0] if within else folded[close[0]] if close else ""
