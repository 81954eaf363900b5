"""The rows of a run's journal: the workflow's graph joined with what the events tell, in the order of the code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from playground.graph.nodes import (
    Container,
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphWorkflow,
    Node,
)
from playground.graph.part_names import without_indexes
from playground.graph.tree import Graph, read_tree
from playground.history.handed_on import handed_on
from playground.history.long_lists import Containers, left_out, part_of, statuses_of, tally
from playground.history.loop_passes import Past, child_of, passes_of
from playground.history.row import Pass, Row, RowKind, RowStatus, Tally, Window, standing, status_of, together
from playground.history.row_notes import note_of
from playground.history.step_history import History, Span


@dataclass(slots=True)
class _Walk:
    history: History
    window: Window
    over: bool

    def nodes(
        self, nodes: Sequence[Node], place: StepState, depth: int, index: int | None, given: Any = None
    ) -> Iterator[Row]:
        """Yield the rows of nodes one after the other; ``given`` is what the first is given, as far as it is known."""
        for node in nodes:
            yield from self.node(node, place, depth, index, given)
            given = handed_on(node, place, index, given)

    def node(self, node: Node, place: StepState, depth: int, index: int | None, given: Any = None) -> Iterator[Row]:
        match node:
            case GraphSequence():
                yield from self.nodes(node.nodes, place, depth, index, given)
            case GraphParallel():
                arms = [row for arm in node.arms for row in self.node(arm, place, depth + 1, index, given)]
                yield from self.group(node, place, depth, index, arms, f"{len(node.arms)} arms")
            case GraphRace():
                yield from self.race(node, place, depth, index, given)
            case GraphCatch():
                yield from self.attempt(node, place, depth, index, given)
            case GraphBranch():
                yield from self.branch(node, place, depth, index, given)
            case GraphLoop():
                yield from self.loop(node, place, depth, index)
            case GraphForeach():
                yield from self.foreach(node, place, depth, index, given)
            case GraphEvent() if node.otherwise is not None:
                yield from self.event(node, node.otherwise, place, depth, index)
            case _:
                yield from self.step(node, _state_of(node, place, index), depth)

    def event(
        self, node: GraphEvent, otherwise: Node, place: StepState, depth: int, index: int | None
    ) -> Iterator[Row]:
        wait = _state_of(node, place, index)
        inner = list(self.node(otherwise, place, depth + 1, index))
        for row in self.step(node, wait, depth):
            yield _as_inside(row, inner)
        came = wait.status == "success"
        yield from (_skipped(row) if came and row.status == "pending" else row for row in inner)

    def step(self, node: Node, step: StepState, depth: int) -> Iterator[Row]:
        row = self.row_of(step, depth, kind=_kind(node), title=node.id)
        inner: list[Row] = []
        if isinstance(node, GraphWorkflow):
            inner = list(self.nodes(node.nodes, step, depth + 1, None, step.input))
            row = _as_inside(row, inner)
        yield replace(row, tries=tuple(self.attempts(row, step))) if step.attempts > 1 else row
        yield from inner

    def row_of(self, step: StepState, depth: int, *, kind: RowKind, title: str) -> Row:
        trace = self.history.trace(step)
        path = format_path(step.path)
        status = status_of(step, over=self.over)
        pauses = status == "waiting" and step.status == "running"
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
            note=note_of(step, trace),
            asked_at=step.suspended_at,
            state=step,
            written=trace.stream.written(growing=status == "running"),
            began=trace.began,
            seq=trace.seq,
            told=trace.told,
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

    def race(self, node: GraphRace, place: StepState, depth: int, index: int | None, given: Any) -> Iterator[Row]:
        arms = {arm.id: list(self.node(arm, place, depth + 1, index, given)) for arm in node.arms}
        winner = next(iter(place.decisions.get(node.id, ())), None)
        rows = [row for inner in arms.values() for row in inner]
        if winner is None:
            yield from self.group(node, place, depth, index, rows, f"{len(arms)} arms, the first wins")
        else:
            yield from self.group(node, place, depth, index, rows, f"{winner} won", telling=arms[winner])

    def attempt(self, node: GraphCatch, place: StepState, depth: int, index: int | None, given: Any) -> Iterator[Row]:
        body = list(self.node(node.body, place, depth + 1, index, given))
        handler = list(self.node(node.handler, place, depth + 1, index))
        if node.id in place.decisions:
            caught = "its failure was caught"
            yield from self.group(node, place, depth, index, body + handler, caught, telling=handler)
            return
        if together([row.status for row in body]) in ("success", "bailed"):
            handler = [replace(_skipped(row), spare=True) for row in handler]
        yield from self.group(node, place, depth, index, body + handler, f"catches {', '.join(node.on)}", telling=body)

    def branch(self, node: GraphBranch, place: StepState, depth: int, index: int | None, given: Any) -> Iterator[Row]:
        decided = place.decisions.get(node.id)
        arms = [(arm, f"if {condition}") for condition, arm in node.arms]
        if node.otherwise is not None:
            arms.append((node.otherwise, "otherwise"))
        rows: list[Row] = []
        for arm, note in arms:
            inner = list(self.node(arm, place, depth + 1, index, given))
            if decided is not None and arm.id not in decided:
                inner = [_skipped(row) for row in inner]
            if inner:
                inner[0] = replace(inner[0], note=inner[0].note or note)
            rows += inner
        took = "no condition was true" if decided == [] else "" if decided is None else f"took {', '.join(decided)}"
        yield from self.group(node, place, depth, index, rows, took)

    def loop(self, node: GraphLoop, place: StepState, depth: int, index: int | None) -> Iterator[Row]:
        state = place.loops.get(node.id)
        key = _group_key(node, place, index)
        ids = [step.id for step in node.body.steps()]
        current = [child_of(place, step_id, index) for step_id in ids]
        rounds = max((len(step.earlier) for step in current if step), default=0)
        note = f"{'while' if node.is_while else 'until'} {node.condition or 'the condition holds'}"
        goes_on = state is None or not state.over or any(step and step.status != "pending" for step in current)
        chosen = self.window.number if self.window.loop == key else 0
        first = max(0, rounds - self.window.passes)
        shown = range(chosen - 1, chosen) if chosen else range(first, rounds + goes_on)
        rows: list[Row] = []
        for round_ in shown:
            then = Past(place, ids, index, round_).place() if round_ < rounds else place
            rows += _in_round(self.node(node.body, then, depth + 1, index), round_ + 1)
        if first and not chosen:
            rows.insert(0, left_out(f"{node.id}*more", depth + 1, f"{first} earlier passes"))
        every = [step for now in current if now for step in (*now.earlier, now)]
        passes = passes_of(self.history, current, rounds + goes_on, chosen)
        yield from self.group(node, place, depth, index, rows, note, every, passes=passes)

    def foreach(self, node: GraphForeach, place: StepState, depth: int, index: int | None, given: Any) -> Iterator[Row]:
        ids = [step.id for step in node.body.steps()]
        containers = [place.children.get(step_id) for step_id in ids]
        indexes = sorted({key for box in containers if box for key in box.children if isinstance(key, int)})
        if not indexes:
            yield from self.group(node, place, depth, index, list(self.node(node.body, place, depth + 1, None)), "")
            return
        statuses = self.items(node, place, indexes, containers)
        part = part_of(statuses, self.window, format_path((*place.path, ids[0])))
        rows = list(part.more(statuses, depth + 1, earlier=True))
        for item in part.shown:
            rows += self.node(node.body, place, depth + 1, item)
        rows += part.more(statuses, depth + 1, earlier=False)
        hidden = part.hidden(containers)
        run = self.history.run
        bad = (
            self.over
            and run.status != "success"
            and not run.undone
            and any(one in ("failed", "canceled") for one in statuses.values())
        )
        count = tally(statuses, containers, len(given) if isinstance(given, list) else None, part)
        count = replace(count, again=bad)
        yield from self.group(node, place, depth, index, rows, count.others, hidden, tally=count)

    def items(
        self, node: GraphForeach, place: StepState, indexes: Sequence[int], containers: Containers
    ) -> dict[int, RowStatus]:
        """Return how each item stands that has begun: it runs until the last part of its body has."""
        found = statuses_of(indexes, containers)
        if self.over or not isinstance(node.body, GraphSequence):
            return found
        last = [place.children.get(step.id) for step in node.body.nodes[-1].steps()]
        begun = {item for box in last if box for item in box.children}
        return {
            item: "running" if status == "success" and item not in begun else status for item, status in found.items()
        }

    def group(
        self,
        node: Container,
        place: StepState,
        depth: int,
        index: int | None,
        rows: list[Row],
        note: str,
        hidden: Sequence[StepState] = (),
        *,
        telling: Sequence[Row] | None = None,
        tally: Tally | None = None,
        passes: tuple[Pass, ...] = (),
    ) -> Iterator[Row]:
        """Yield the row of a group and the rows inside; what has no row of its own there counts, too.

        Its status is that of all, or only of the ``telling`` ones among them.
        """
        inner = [row for row in rows if row.kind != "more"]
        told = inner if telling is None else [row for row in telling if row.kind != "more"]
        status = together([row.status for row in told] + [standing(step) for step in hidden])
        times = [(row.started_at, row.ended_at) for row in inner]
        times += [(self.history.moved(step.started_at), self.history.moved(step.ended_at)) for step in hidden]
        starts = [start for start, _ in times if start]
        ends = [end for _, end in times if end]
        open_ = any(start and not end for start, end in times)
        end = None if open_ or not ends else max(ends)
        yield Row(
            key=_group_key(node, place, index),
            kind=_kind(node),
            title=node.id,
            status=status,
            depth=depth,
            spans=(Span("group", min(starts), end),) if starts else (),
            started_at=min(starts, default=None),
            ended_at=end,
            note=note,
            tally=tally,
            passes=passes,
            revision=f"{status}.{note}.{len(rows)}.{end}.{tally}.{passes}",
        )
        yield from rows


def rows(history: History, graph: Graph | None, window: Window | None = None) -> tuple[Row, ...]:
    """Return the rows of a run.

    Args:
        history: the run's events, folded.
        graph: the workflow's graph as JSON, of the version that the run was made with; None when it is not known.
        window: how much of long lists is shown.
    """
    walk = _Walk(history, window or Window(), over=history.run.ended)
    tree, root = read_tree(graph), history.run.root
    found = list(walk.nodes(tree.nodes, root, 0, None, root.input))
    in_code = set(tree.by_name())
    for step in history.run.steps():
        if without_indexes(format_path(step.path)) not in in_code:
            kind: RowKind = "step" if step.kind == "items" else step.kind
            found.append(walk.row_of(step, len(step.path) - 1, kind=kind, title=str(step.path[-1])))
    return tuple(found)


def _state_of(node: Node, place: StepState, index: int | None) -> StepState:
    found = child_of(place, node.id, index)
    if found is not None:
        return found
    return StepState((*place.path, node.id) if index is None else (*place.path, node.id, index))


def _group_key(node: Node, place: StepState, index: int | None) -> str:
    return f"{format_path(place.path)}/{node.id}{'' if index is None else f'[{index}]'}"


_KINDS: Mapping[str, RowKind] = {kind: kind for kind in get_args(RowKind)}


def _kind(node: Node) -> RowKind:
    # The rows of an attempt are those of a step's tries.
    return "catch" if isinstance(node, GraphCatch) else _KINDS.get(node.type, "step")


def _in_round(rows: Iterable[Row], number: int) -> Iterator[Row]:
    """Yield the rows of one iteration; the innermost loop names the iteration, every loop makes the key its own."""
    for row in rows:
        yield replace(row, key=f"{row.key}*{number}", iteration=row.iteration or number)


def _as_inside(row: Row, inner: Sequence[Row]) -> Row:
    """Return the row of a nested workflow: while all that is open in it waits, it waits too."""
    status = together([other.status for other in inner if other.kind != "more"])
    if row.status != "running" or status not in ("suspended", "waiting"):
        return row
    return replace(row, status=status, revision=f"{row.seq}.{status}")


def _skipped(row: Row) -> Row:
    return replace(row, status="skipped", revision="skipped") if row.status == "pending" else row


def _last_index(path: Path) -> int | None:
    return next((part for part in reversed(path) if isinstance(part, int)), None)
