"""The journal of a run for people: events in, rows out. Pure; knows neither ORM nor HTTP."""

from playground.history.counts import Count, counts
from playground.history.detail import Detail, Failure, TracebackLine, detail, failure
from playground.history.filtering import gathered, matching
from playground.history.journal_text import as_text
from playground.history.row import GROUPS, Pass, Row, Show, Tally, Window, together
from playground.history.rows import rows
from playground.history.step_history import Attempt, History, Note, Span, StepHistory
from playground.history.step_output import Stream, Written
from playground.history.timeline import Axis, Bar, Tick, axis, length_text
from playground.history.why import Holder, Reason, first_words, reasons

__all__ = [
    "GROUPS",
    "Attempt",
    "Axis",
    "Bar",
    "Count",
    "Detail",
    "Failure",
    "History",
    "Holder",
    "Note",
    "Pass",
    "Reason",
    "Row",
    "Show",
    "Span",
    "StepHistory",
    "Stream",
    "Tally",
    "Tick",
    "TracebackLine",
    "Window",
    "Written",
    "as_text",
    "axis",
    "counts",
    "detail",
    "failure",
    "first_words",
    "gathered",
    "length_text",
    "matching",
    "reasons",
    "rows",
    "together",
]
