"""What a run's page shows, computed from its events by one pure function, so that page and socket agree."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any, get_args
from urllib.parse import urlencode

from engine.events import FINAL, RunStatus
from engine.journal.state import RunState
from engine.paths import Path, format_path, ids_of, parse_path
from playground import history as journal
from playground.actions.changed_answers import ChangedAnswer
from playground.diagram import links, marks
from playground.history import Axis, Bar, Count, Failure, History, Holder, Reason, Row, Show, Window
from playground.runpage.changed_steps import ChangedStep
from playground.runpage.loop_picker import LoopPasses, loops_of

Graph = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the journal as it is drawn."""

    row: Row
    bars: tuple[Bar, ...]
    open: bool
    """Whether it is shown opened without being asked."""
    folds: bool = False
    """Whether it has rows inside."""
    pinned: bool = False
    """Whether its step returns something pinned in runs from the page."""

    @property
    def chosen(self) -> bool:
        """Tell whether the rows of one pass alone are shown of this loop."""
        return any(one.chosen for one in self.row.passes)

    @property
    def id(self) -> str:
        """Return what the row's elements are called in the page."""
        return self.row.key

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Return what changes when the line has to be drawn again."""
        row = self.row
        return (row.revision, row.status, row.note, row.fraction, row.written, self.folds, self.pinned)

    @property
    def body(self) -> tuple[object, ...]:
        """Return what changes when the opened part has to be drawn again; a question stays while nothing of it does."""
        row = self.row
        return (row.status, row.asked_at, row.attempt, self.pinned, None if self.open else row.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """A choice of rows."""

    show: Show
    name: str
    status: str = ""
    count: int = 0
    """How many steps it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run's page without its forms, at one moment."""

    history: History
    """What it was made from; the history goes on, so what is compared later is kept beside it."""
    status: RunStatus
    seq: int
    """The last event that is shown."""
    lines: tuple[Line, ...]
    axis: Axis
    reasons: tuple[Reason, ...]
    marks: Mapping[str, str]
    """The status of each node of the graph."""
    links: Mapping[str, str]
    """The row that each node leads to."""
    counts: Mapping[str, Count]
    """How often each node ran, of those that ran more than once."""
    labels: Mapping[str, str]
    """What the execution is called that each node leads to, of those that are called something."""
    state: Mapping[str, Any]
    """The run's state."""
    paused: tuple[tuple[str, str], ...]
    """The steps before which the run is paused, and what each is given, as text."""
    changed: tuple[ChangedStep, ...]
    """The steps that have failed, and whose code has changed since."""
    answers: Mapping[Path, ChangedAnswer]
    """The questions whose answers have another schema now, by their paths without indexes."""
    called: tuple[str | None, tuple[str, ...]]
    """The run's name and tags."""
    now: datetime
    window: Window
    """Which rows are shown."""
    filters: tuple[RowFilter, ...]

    @property
    def at(self) -> str:
        """Return the query of the page's address that the rows shown have."""
        return query_of(self.window)

    @property
    def first_failure(self) -> str:
        """Return the key of the first line of a failed step; empty when none is shown."""
        failed = (line.id for line in self.lines if line.row.status == "failed" and line.row.opens)
        return next(failed, "")

    @property
    def loops(self) -> tuple[LoopPasses, ...]:
        """Return the loops that the rows are of and that went round more than once, each with the pass shown."""
        return tuple(loops_of((line.row for line in self.lines), self.window))

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.history.run.run_id

    @property
    def ended(self) -> bool:
        """Tell whether the run has ended."""
        return self.status in FINAL

    @property
    def stretches(self) -> str:
        """Return the axis as JSON for the page's script: ``[[start, end, broken], ...]`` in milliseconds."""
        return json.dumps([[s.start, s.end, int(s.kind == "break")] for s in self.axis.stretches])

    @property
    def origin(self) -> int:
        """Return the axis' origin in milliseconds since the epoch."""
        return round(self.axis.origin.timestamp() * 1000)

    @property
    def clock(self) -> int:
        """Return the server's time in milliseconds since the epoch."""
        return round(self.now.timestamp() * 1000)

    @property
    def failure(self) -> Failure | None:
        """Return what the run failed with."""
        error = self.history.run.error
        return journal.failure(error) if error and self.ended else None

    @property
    def culprit(self) -> Line | None:
        """Return the line of the step whose error ended the run; none when it is not among the lines."""
        error = self.history.run.error
        found = [line for line in self.lines if line.row.state is not None and line.row.state.error == error]
        return found[-1] if error and found else None

    def line(self, key: str) -> Line | None:
        """Return the line with this key."""
        return next((line for line in self.lines if line.row.key == key), None)


def run_view(
    history: History,
    graph: Graph | None,
    *,
    now: datetime,
    window: Window | None = None,
    holder: Holder | None = None,
    changed: tuple[ChangedStep, ...] = (),
    answers: Mapping[Path, ChangedAnswer] | None = None,
    pinned: Collection[str] = (),
) -> RunView:
    """Return the page of a run.

    Args:
        history: the run's events, folded.
        graph: the graph of the version that the run was made with.
        now: this moment.
        window: how much of long lists is shown.
        holder: who could execute it.
        changed: the steps that have failed, and whose code has changed since.
        answers: the questions whose answers have another schema now, by their paths without indexes.
        pinned: the steps that return something pinned in runs from the page, by their paths without indexes.
    """
    run = history.run
    window = window or Window()
    rows = journal.rows(history, graph, window)
    shown = journal.gathered(journal.matching(rows, window))
    end = run.ended_at or now
    spans = list(history.spans())
    origin = min([run.created_at or now, *(span.start for span in spans)])
    axis = journal.axis(spans, origin=origin, now=end, ended=run.ended)
    paused = _paused(run)
    counted = journal.counts(history, graph, window)
    marked = marks(rows, journal.together) | {node: count.status for node, count in counted.items()}
    marked |= {format_path(ids_of(parse_path(path))): "paused" for path, _ in paused}
    keys = {row.path: row.key for row in rows if row.kind != "more"}
    places = {one.key: row.key for row in shown for one in (row, *row.among)}
    linked = links(rows, marked)
    labels = {row.key: row.label for row in rows if row.label}
    found = journal.reasons(history, now=now, holder=holder or Holder())
    return RunView(
        history=history,
        status=run.status,
        seq=run.last_seq,
        lines=tuple(_lines(shown, axis, pinned)),
        axis=axis,
        reasons=tuple(replace(one, row=keys.get(one.path, "")) for one in journal.first_words(found)),
        marks=marked,
        links={node: places[key] for node, key in linked.items() if key in places},
        counts=counted,
        labels={node: labels[key] for node, key in linked.items() if key in labels},
        state=run.state,
        paused=paused,
        changed=changed,
        answers=answers or {},
        called=(run.name, run.tags),
        now=now,
        window=window,
        filters=tuple(_filters(history)),
    )


def _paused(run: RunState) -> tuple[tuple[str, str], ...]:
    if run.status != "paused":
        return ()
    return tuple((format_path(path), json.dumps(given, default=str)) for path, given in run.paused.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line that is drawn again."""

    line: Line
    body: bool = False
    """Whether the opened part has to be drawn again too."""
    had_none: bool = False
    """Whether the page has no place for an opened part in this line yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChanges:
    """The difference of two views of one run."""

    changed: tuple[Change, ...]
    added: tuple[tuple[str, tuple[Line, ...]], ...]
    """Groups of new lines, each with the key of the line that they follow; empty for the top."""
    removed: tuple[str, ...]
    marks: Mapping[str, str]
    links: Mapping[str, str]
    counts: Mapping[str, Count]
    labels: Mapping[str, str]
    order: tuple[str, ...]
    """The keys of all lines, when lines that stay have to change places."""


def changes(old: RunView, new: RunView) -> ViewChanges:
    """Return what a page that shows ``old`` needs to show ``new``."""
    before = {line.row.key: line for line in old.lines}
    after = {line.row.key for line in new.lines}
    moved = [key for key in before if key in after] != [line.row.key for line in new.lines if line.row.key in before]
    changed = tuple(
        Change(line=line, body=was.body != line.body, had_none=not was.row.opens)
        for line in new.lines
        if (was := before.get(line.row.key)) is not None and was.fingerprint != line.fingerprint
    )
    return ViewChanges(
        changed=changed,
        added=tuple(_added(new.lines, before)),
        removed=tuple(key for key in before if key not in after),
        marks={node: status for node, status in new.marks.items() if old.marks.get(node) != status},
        links={node: key for node, key in new.links.items() if old.links.get(node) != key},
        counts={node: count for node, count in new.counts.items() if old.counts.get(node) != count},
        labels={node: new.labels.get(node, "") for node in _differ(old.labels, new.labels)},
        order=tuple(line.row.key for line in new.lines) if moved else (),
    )


def _differ(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    return (node for node in {**old, **new} if old.get(node) != new.get(node))


def _added(lines: Sequence[Line], before: Mapping[str, Line]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    anchor = ""
    fresh: list[Line] = []
    for line in lines:
        if line.row.key not in before:
            fresh.append(line)
            continue
        if fresh:
            yield anchor, tuple(fresh)
            fresh = []
        anchor = line.row.key
    if fresh:
        yield anchor, tuple(fresh)


def _lines(rows: Sequence[Row], axis: Axis, pinned: Collection[str]) -> Iterator[Line]:
    for row, following in zip_longest(rows, rows[1:]):
        asks = row.status == "suspended" or (row.status == "waiting" and row.kind == "event")
        yield Line(
            row=row,
            bars=tuple(axis.bar(span) for span in row.spans),
            open=asks and row.kind not in journal.GROUPS and row.kind != "workflow",
            folds=following is not None and following.depth > row.depth,
            pinned=row.state is not None and format_path(ids_of(row.state.path)) in pinned,
        )


def _filters(history: History) -> Iterator[RowFilter]:
    counts = Counter(step.status for step in history.run.steps() if step.kind not in ("items", "workflow"))
    yield RowFilter(show="", name="All")
    yield RowFilter(show="failed", name="Failed", status="failed", count=counts["failed"])
    waiting = counts["waiting"] + counts["suspended"]
    yield RowFilter(show="waiting", name="Waiting", status="suspended", count=waiting)
    yield RowFilter(show="slow", name="Slow")


def query_of(window: Window) -> str:
    """Return the query of an address that asks for a window, with its question mark; empty for the usual one."""
    query = parameters_of(window)
    return f"?{urlencode(query)}" if query else ""


def parameters_of(window: Window) -> dict[str, str | int]:
    """Return the parameters of an address that asks for a window."""
    items: dict[str, str | int] = {"items": window.focus, "start": window.start} if window.focus else {}
    passes: dict[str, str | int] = {"loop": window.loop, "pass": window.number} if window.loop else {}
    return items | passes | {key: value for key, value in (("show", window.show), ("q", window.text)) if value}


def window_from(query: Mapping[str, str]) -> Window:
    """Return the window that the parameters of an address ask for; nonsense asks for the beginning."""
    shows = {show: show for show in get_args(Show)}
    return Window(
        focus=query.get("items", ""),
        start=_number(query.get("start", "")),
        loop=query.get("loop", "") if _number(query.get("pass", "")) else "",
        number=_number(query.get("pass", "")),
        show=shows.get(query.get("show", ""), ""),
        text=query.get("q", "").strip()[:100],
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
