"""The journal of a run for people: events in, rows out. Pure; knows neither ORM nor HTTP."""

from playground.journal.detail import Detail, Failure, Frame, detail, failure
from playground.journal.row import GROUPS, Row, Window, together
from playground.journal.rows import rows
from playground.journal.text import as_text
from playground.journal.timeline import Axis, Bar, Tick, axis, length_text
from playground.journal.trace import Attempt, History, Note, Span, Trace
from playground.journal.why import Holder, Reason, first_words, reasons

__all__ = [
    "GROUPS",
    "Attempt",
    "Axis",
    "Bar",
    "Detail",
    "Failure",
    "Frame",
    "History",
    "Holder",
    "Note",
    "Reason",
    "Row",
    "Span",
    "Tick",
    "Trace",
    "Window",
    "as_text",
    "axis",
    "detail",
    "failure",
    "first_words",
    "length_text",
    "reasons",
    "rows",
    "together",
]
