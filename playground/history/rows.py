"""The rows of a run's journal: the workflow's graph joined with what the events tell, in the order of the code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from playground.graph.nodes import (
    Container,
    GraphAttempt,
    GraphBranch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphWorkflow,
    Node,
)
from playground.graph.tree import Graph, read_tree
from playground.history.long_lists import counted, left_out, part_of
from playground.history.row import Row, RowKind, RowStatus, Window, together
from playground.history.trace import History, Span, Trace


@dataclass(slots=True)
class _Walk:
    history: History
    window: Window
    over: bool

    def nodes(self, nodes: Sequence[Node], place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        for node in nodes:
            yield from self.node(node, place, depth, index)

    def node(self, node: Node, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        match node:
            case GraphSequence():
                yield from self.nodes(node.nodes, place, depth, index)
            case GraphParallel():
                arms = self.nodes(node.arms, place, depth + 1, index)
                yield from self.group(node, place, depth, index, list(arms), f"{len(node.arms)} arms")
            case GraphRace():
                yield from self.race(node, place, depth, index)
            case GraphAttempt():
                yield from self.attempt(node, place, depth, index)
            case GraphBranch():
                yield from self.branch(node, place, depth, index)
            case GraphLoop():
                yield from self.loop(node, place, depth, index)
            case GraphForeach():
                yield from self.foreach(node, place, depth, index)
            case GraphEvent() if node.otherwise is not None:
                wait = _state_of(node, place, index)
                yield from self.step(node, wait, depth)
                inner = list(self.node(node.otherwise, place, depth + 1, index))
                came = wait.status == "success"
                yield from (_skipped(row) if came and row.status == "pending" else row for row in inner)
            case _:
                yield from self.step(node, _state_of(node, place, index), depth)

    def step(self, node: Node, step: StepState, depth: int) -> Iterator[Row]:
        row = self.row_of(step, depth, kind=_kind(node), title=node.id)
        inner: list[Row] = []
        if isinstance(node, GraphWorkflow):
            inner = list(self.nodes(node.nodes, step, depth + 1, None))
            row = _as_inside(row, inner)
        yield row
        if step.attempts > 1:
            yield from self.attempts(row, step)
        yield from inner

    def row_of(self, step: StepState, depth: int, *, kind: RowKind, title: str) -> Row:
        trace = self.history.trace(step)
        path = format_path(step.path)
        status: RowStatus = "skipped" if step.status == "pending" and self.over else step.status
        status = "undone" if step.undone_at is not None else status
        pauses = status == "running" and step.retry_at is not None
        status = "waiting" if pauses else status
        return Row(
            key=path,
            kind=kind,
            title=title,
            status=status,
            depth=depth,
            path=path,
            spans=tuple(replace(span) for span in trace.spans),
            started_at=self.history.moved(step.started_at),
            ended_at=self.history.moved(step.ended_at),
            retry_at=step.retry_at if pauses else None,
            due_at=step.due_at,
            iteration=step.iteration,
            attempt=step.attempts,
            index=_last_index(step.path),
            fraction=trace.fraction if status == "running" else None,
            note=_note(step, trace),
            asked_at=step.suspended_at,
            state=step,
            began=trace.began,
            seq=trace.seq,
            revision=f"{trace.seq}.{status}",
        )

    def attempts(self, row: Row, step: StepState) -> Iterator[Row]:
        attempts = self.history.trace(step).attempts
        for attempt in attempts:
            last = attempt is attempts[-1]
            error = attempt.error or {}
            status = row.status if last else "failed" if attempt.error or attempt.lost else "canceled"
            end = attempt.ended_at or row.ended_at
            yield Row(
                key=f"{row.key}~{attempt.number}",
                kind="attempt",
                title=f"Attempt {attempt.number}",
                status=status,
                word="" if last or attempt.error else "interrupted",
                depth=row.depth + 1,
                spans=(Span("run", attempt.started_at, end),),
                started_at=attempt.started_at,
                ended_at=end,
                attempt=attempt.number,
                note=error.get("message", "") or attempt.interrupted,
                error=attempt.error,
                seq=row.seq if last else 0,
                revision=f"{row.seq if last else 0}.{status}",
            )

    def race(self, node: GraphRace, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        arms = {arm.id: list(self.node(arm, place, depth + 1, index)) for arm in node.arms}
        winner = next(iter(place.decisions.get(node.id, ())), None)
        rows = [row for inner in arms.values() for row in inner]
        if winner is None:
            yield from self.group(node, place, depth, index, rows, f"{len(arms)} arms, the first wins")
        else:
            yield from self.group(node, place, depth, index, rows, f"{winner} won", telling=arms[winner])

    def attempt(self, node: GraphAttempt, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        body = list(self.node(node.body, place, depth + 1, index))
        handler = list(self.node(node.handler, place, depth + 1, index))
        if node.id in place.decisions:
            caught = "its failure was caught"
            yield from self.group(node, place, depth, index, body + handler, caught, telling=handler)
            return
        if together([row.status for row in body]) in ("success", "bailed"):
            handler = [_skipped(row) for row in handler]
        yield from self.group(node, place, depth, index, body + handler, f"catches {', '.join(node.on)}", telling=body)

    def branch(self, node: GraphBranch, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        decided = place.decisions.get(node.id)
        arms = [(arm, f"if {condition}") for condition, arm in node.arms]
        if node.otherwise is not None:
            arms.append((node.otherwise, "otherwise"))
        rows: list[Row] = []
        for arm, note in arms:
            inner = list(self.node(arm, place, depth + 1, index))
            if decided is not None and arm.id not in decided:
                inner = [_skipped(row) for row in inner]
            if inner:
                inner[0] = replace(inner[0], note=inner[0].note or note)
            rows += inner
        took = "no condition was true" if decided == [] else "" if decided is None else f"took {', '.join(decided)}"
        yield from self.group(node, place, depth, index, rows, took)

    def loop(self, node: GraphLoop, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        state = place.loops.get(node.id)
        ids = [step.id for step in node.body.steps()]
        current = [_child(place, step_id, index) for step_id in ids]
        rounds = max((len(step.earlier) for step in current if step), default=0)
        note = f"{'while' if node.is_while else 'until'} {node.condition or 'the condition holds'}"
        rows: list[Row] = []
        first = max(0, rounds - self.window.shown)
        for round_ in range(first, rounds):
            past = _Past(place, ids, index, round_).place()
            rows += _in_round(self.node(node.body, past, depth + 1, index), round_ + 1)
        if state is None or not state.over or any(step and step.status != "pending" for step in current):
            rows += _in_round(self.node(node.body, place, depth + 1, index), rounds + 1)
        if first:
            rows.insert(0, left_out(f"{node.id}*more", depth + 1, f"{first} earlier iterations"))
        hidden = [past for step in current if step for past in step.earlier[:first]]
        yield from self.group(node, place, depth, index, rows, note, hidden)

    def foreach(self, node: GraphForeach, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        ids = [step.id for step in node.body.steps()]
        containers = [place.children.get(step_id) for step_id in ids]
        indexes = sorted({key for box in containers if box for key in box.children if isinstance(key, int)})
        if not indexes:
            yield from self.group(node, place, depth, index, list(self.node(node.body, place, depth + 1, None)), "")
            return
        box_path = format_path((*place.path, ids[0]))
        part = part_of(indexes, containers, self.window, box_path)
        rows = list(part.more(containers, depth + 1, earlier=True))
        for item in part.shown:
            rows += self.node(node.body, place, depth + 1, item)
        rows += part.more(containers, depth + 1, earlier=False)
        note, hidden = counted(indexes, containers), part.hidden(containers)
        yield from self.group(node, place, depth, index, rows, note, hidden)

    def group(
        self,
        node: Container,
        place: StepState,
        depth: int,
        index: int | None,
        rows: list[Row],
        note: str,
        hidden: Sequence[StepState] = (),
        telling: Sequence[Row] | None = None,
    ) -> Iterator[Row]:
        """Yield the row of a group and the rows inside; what has no row of its own there counts, too.

        Its status is that of all, or only of the ``telling`` ones among them.
        """
        inner = [row for row in rows if row.kind not in ("attempt", "more")]
        told = inner if telling is None else [row for row in telling if row.kind not in ("attempt", "more")]
        status = together([row.status for row in told] + [step.status for step in hidden])
        times = [(row.started_at, row.ended_at) for row in inner]
        times += [(self.history.moved(step.started_at), self.history.moved(step.ended_at)) for step in hidden]
        starts = [start for start, _ in times if start]
        ends = [end for _, end in times if end]
        open_ = any(start and not end for start, end in times)
        end = None if open_ or not ends else max(ends)
        suffix = "" if index is None else f"[{index}]"
        prefix = format_path(place.path)
        yield Row(
            key=f"{prefix}/{node.id}{suffix}",
            kind=_kind(node),
            title=node.id,
            status=status,
            depth=depth,
            spans=(Span("group", min(starts), end),) if starts else (),
            started_at=min(starts, default=None),
            ended_at=end,
            note=note,
            revision=f"{status}.{note}.{len(rows)}.{end}",
        )
        yield from rows


@dataclass(frozen=True, slots=True)
class _Past:
    """A place as it was in a former iteration of a loop."""

    now: StepState
    ids: Sequence[str]
    index: int | None
    round: int

    def place(self) -> StepState:
        children = dict(self.now.children)
        for step_id in self.ids:
            step = _child(self.now, step_id, self.index)
            if step is None or self.round >= len(step.earlier):
                children.pop(step_id, None)
            elif self.index is None:
                children[step_id] = step.earlier[self.round]
            else:
                children[step_id] = StepState(
                    (*self.now.path, step_id), children={self.index: step.earlier[self.round]}
                )
        return replace(self.now, children=children)


def rows(history: History, graph: Graph | None, window: Window | None = None) -> tuple[Row, ...]:
    """Return the rows of a run.

    Args:
        history: the run's events, folded.
        graph: the workflow's graph as JSON, of the version that the run was made with; None when it is not known.
        window: how much of long lists is shown.
    """
    walk = _Walk(history, window or Window(), over=history.run.ended)
    found = [] if graph is None else list(walk.nodes(read_tree(graph).nodes, history.run.root, 0, None))
    known = {id(row.state) for row in found}
    drawn = {row.path for row in found}
    containers = tuple(_list_paths(found))
    for step in history.run.steps():
        text = format_path(step.path)
        if id(step) in known or text in drawn or text.startswith(containers):
            continue
        kind: RowKind = "step" if step.kind == "items" else step.kind
        found.append(walk.row_of(step, len(step.path) - 1, kind=kind, title=str(step.path[-1])))
    return tuple(found)


def _list_paths(found: Sequence[Row]) -> Iterator[str]:
    """Yield the beginnings of paths whose steps are shown or summed up already."""
    for row in found:
        if row.kind == "more" and row.path:
            yield f"{row.path}["


def _state_of(node: Node, place: StepState, index: int | None) -> StepState:
    found = _child(place, node.id, index)
    if found is not None:
        return found
    return StepState((*place.path, node.id) if index is None else (*place.path, node.id, index))


def _child(place: StepState, step_id: str, index: int | None) -> StepState | None:
    found = place.children.get(step_id)
    return found if index is None or found is None else found.children.get(index)


_KINDS: Mapping[str, RowKind] = {kind: kind for kind in get_args(RowKind)}


def _kind(node: Node) -> RowKind:
    # The rows of an attempt are those of a step's tries.
    return "catch" if isinstance(node, GraphAttempt) else _KINDS.get(node.type, "step")


def _in_round(rows: Iterable[Row], number: int) -> Iterator[Row]:
    """Yield the rows of one iteration; the innermost loop names the iteration, every loop makes the key its own."""
    for row in rows:
        yield replace(row, key=f"{row.key}*{number}", iteration=row.iteration or number)


def _as_inside(row: Row, inner: Sequence[Row]) -> Row:
    """Return the row of a nested workflow: while all that is open in it waits, it waits too."""
    status = together([other.status for other in inner if other.kind not in ("attempt", "more")])
    if row.status != "running" or status not in ("suspended", "waiting"):
        return row
    return replace(row, status=status, revision=f"{row.seq}.{status}")


def _skipped(row: Row) -> Row:
    return replace(row, status="skipped", revision="skipped") if row.status == "pending" else row


def _last_index(path: Path) -> int | None:
    return next((part for part in reversed(path) if isinstance(part, int)), None)


def _note(step: StepState, trace: Trace) -> str:
    """Return the line that says most about the step at this moment."""
    if step.error:
        return str(step.error.get("message", ""))
    if step.undo is not None and step.undo.error is not None:
        return f"could not be undone: {step.undo.error.get('message', '')}"
    if step.retry_at and trace.attempts and trace.attempts[-1].error:
        return str(trace.attempts[-1].error.get("message", ""))
    if step.status == "suspended" and step.rejected is not None:
        return f"the answer was refused: {'; '.join(map(str, step.rejected.issues))}"
    if step.status == "running" and trace.message:
        return trace.message
    if step.status == "waiting" and step.event_name:
        return f"waits for the event {step.event_name}"
    return ""
