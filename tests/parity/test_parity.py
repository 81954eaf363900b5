"""The engine, a page, the API and a command give one answer to one question."""

import html
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import (
    AlreadyResumed,
    AmbiguousResume,
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    NotSuspended,
    RequestError,
    RunFinished,
    StepNotRun,
    StepyardError,
    UnknownLabel,
    UnknownRun,
    UnknownStep,
    UnknownWorkflow,
)
from engine.events import Event
from playground.actions import actions
from playground.models import Worker
from playground.runs import lists
from playground.runs.filter_query import STATUSES, InvalidFilter
from playground.runs.refusals import TABLE, EmptyRequest, refusal_of
from playground.store import in_database
from tests.parity.ways import TAKEN, Api, Commands, InProcess, Pages, Told, Way, Ways

LAMP = {"article": "lamp"}

PYTHONS = re.compile(
    r"\b(?:step|label|index)=|\b(?:run_id|input_data|resume_data|initial_state|request_context)\b|\bengine\.|\w\(\)"
)
"""What only Python writes so: none of it may be told to whoever asks by HTTP or in a terminal."""

Ask = Callable[[Any, str], Awaitable[Told]]
"""Asks a way something of a run."""
Prepare = Callable[[Ways], Awaitable[str]]
"""Makes a run, and returns its id."""


def begun(workflow: str, *answers: tuple[str, Any]) -> Prepare:
    """Return what starts a run of a workflow and gives some answers."""

    async def prepare(ways: Ways) -> str:
        run = await ways.engine.engine.workflow(workflow).create_run()
        await run.start_async(LAMP)
        await ways.stage.rests(run.run_id)
        for step, value in answers:
            await run.resume(step=step, resume_data=value)
        return run.run_id

    return prepare


async def canceled(ways: Ways) -> str:
    """Make a run that was canceled before anybody answered."""
    run_id = await begun("twice")(ways)
    await actions.cancel(run_id)
    return run_id


async def nowhere(ways: Ways) -> str:
    """Name a run that is not there."""
    return "nowhere"


def answer(value: Any = 1, **which: Any) -> Ask:
    """Return what answers a step."""
    return lambda way, run_id: way.answer(run_id, value, **which)


TWICE = ("first", 1), ("second", 2)

ANSWERS: dict[str, tuple[Prepare, Ask, type[RequestError] | str]] = {
    "by nothing, the only one": (begun("twice"), answer(), "first"),
    "by step": (begun("twice"), answer(step="first"), "first"),
    "by label": (begun("twice"), answer(label="go"), "first"),
    "by step and label": (begun("twice"), answer(step="first", label="go"), "first"),
    "by index": (begun("each"), answer(index=1), "item[1]"),
    "by step and index": (begun("each"), answer(step="item", index=2), "item[2]"),
    "by path of an item": (begun("each"), answer(step="item[0]"), "item[0]"),
    "by label of an item": (begun("each"), answer(label="item 2"), "item[2]"),
    "by path of a nested step": (begun("nested"), answer(step="inner.first"), "inner.first"),
    "by id of a nested step": (begun("nested"), answer(step="first"), "inner.first"),
    "by the nested workflow": (begun("nested"), answer(step="inner"), "inner.first"),
    "the next question": (begun("twice", ("first", 1)), answer(), "second"),
    "several suspended": (begun("each"), answer(), AmbiguousResume),
    "several items": (begun("each"), answer(step="item"), AmbiguousResume),
    "no such label": (begun("twice"), answer(label="stop"), UnknownLabel),
    "label of another step": (begun("twice", ("first", 1)), answer(step="second", label="go"), NotSuspended),
    "no such item": (begun("each"), answer(step="item", index=9), NotSuspended),
    "no such item in a path": (begun("each"), answer(step="item[9]"), NotSuspended),
    "not suspended yet": (begun("twice"), answer(step="second"), NotSuspended),
    "no such step": (begun("twice"), answer(step="third"), UnknownStep),
    "no path": (begun("twice"), answer(step="a..b"), UnknownStep),
    "wrong data": (begun("twice"), answer("many"), InvalidResumeData),
    "wrong data by label": (begun("each"), answer("many", label="item 1"), InvalidResumeData),
    "a question of its own": (begun("decision"), answer({"on": "2026-03-01"}), "decide"),
    "wrong by the question's own type": (begun("decision"), answer({"on": "2026-13-01"}), InvalidResumeData),
    "wrong by the question's own validator": (
        begun("decision"),
        answer({"on": "2026-03-01", "by": "nobody"}),
        InvalidResumeData,
    ),
    "wrong by the type of a second question": (
        begun("decision", ("decide", {"on": "2026-03-01"})),
        answer([{"on": "2026-03-01", "by": "nobody"}]),
        InvalidResumeData,
    ),
    "twice by step": (begun("twice", ("first", 1)), answer(step="first"), AlreadyResumed),
    "twice by label": (begun("twice", ("first", 1)), answer(label="go"), AlreadyResumed),
    "twice by index": (begun("each", ("item[1]", 1)), answer(index=1), AlreadyResumed),
    "twice by id of a nested step": (begun("nested", ("inner.first", 1)), answer(step="first"), AlreadyResumed),
    "finished, by step": (begun("twice", *TWICE), answer(step="first"), AlreadyResumed),
    "finished, by label": (begun("twice", *TWICE), answer(label="go"), AlreadyResumed),
    "finished, by nothing": (begun("twice", *TWICE), answer(), AlreadyResumed),
    "finished, another label": (begun("twice", *TWICE), answer(label="stop"), RunFinished),
    "canceled": (canceled, answer(), RunFinished),
    "canceled, by step": (canceled, answer(step="first"), RunFinished),
    "unknown run": (nowhere, answer(), UnknownRun),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_an_answer_is_taken_or_refused_alike(ways: Ways, case: str) -> None:
    """Whoever asks: the same step is answered, or the refusal has the same words."""
    prepare, ask, expected = ANSWERS[case]
    for way in ways.every:
        run_id = await prepare(ways)
        before = await ways.stage.store.read(run_id)
        told = await ask(way, run_id)
        after = (await ways.stage.store.read(run_id))[len(before) :]
        if isinstance(expected, str):
            assert taken(told, way), (way, told)
            assert answered(after)[:1] == [expected], way
        else:
            await said(ways, way, told, expected, run_id, lambda run_id: ask(ways.engine, run_id))
            assert answered(after) == [], way


def answered(events: list[Event]) -> list[str]:
    """Return the steps that were answered."""
    return [
        "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in event.path)[1:]
        for event in events
        if event.type == "step-resumed"
    ]


STARTS: dict[str, tuple[tuple[Any, ...], type[RequestError] | None]] = {
    "good": (("twice", LAMP), None),
    "invalid by the schema": (("twice", {"article": 5}), InvalidInput),
    "invalid by the type's own rule": (("twice", {"article": "unicorn"}), InvalidInput),
    "nothing said of an input that is needed": (("twice",), InvalidInput),
    "no such workflow": (("nowhere", LAMP), UnknownWorkflow),
}


@pytest.mark.parametrize("case", STARTS)
async def test_a_start_is_taken_or_refused_alike(ways: Ways, case: str) -> None:
    """A run is made by all or by none."""
    given, expected = STARTS[case]
    for way in ways.every:
        before = await lists.total()
        told = await way.start(*given)
        if expected is None:
            assert taken(told, way), (way, told)
            assert await lists.total() == before + 1
        else:
            assert told.code == code(expected, way), (way, told)
            assert await lists.total() == before


@pytest.mark.parametrize("at_hand", [True, False], ids=["worker", "no worker"])
@pytest.mark.parametrize("workflow", ["reader", "around"])
async def test_an_input_has_its_defaults_alike(ways: Ways, workflow: str, at_hand: bool) -> None:
    """Whoever starts a run without keys that have a default: they are recorded, and what reads the input sees them."""
    if not at_hand:
        await in_database(Worker.objects.all().delete)
    asked: tuple[Way, ...] = ways.every if at_hand else (ways.engine, *ways.http)
    for way in asked:
        assert taken(await way.start(workflow, {}), way), way
    by_schedule = await actions.start(workflow, {}, schedule="daily", scheduled_for=datetime.now(UTC))
    await ways.stage.rests(by_schedule)
    made = (await lists.page()).rows
    assert len(made) == len(asked) + 1
    for row in made:
        await ways.stage.rests(row.run_id)
        run = await actions.state_of(row.run_id)
        assert (run.root.input, run.result) == ({"magazine": "x", "copies": 1}, {"magazine": "x", "text": "x 1"})
    fork = await actions.fork(by_schedule, "read" if workflow == "reader" else "reader")
    await ways.stage.rests(fork)
    assert (await actions.state_of(fork)).result == {"magazine": "x", "text": "x 1"}


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (begun("twice"), None),
        (begun("twice", *TWICE), RunFinished),
        (canceled, RunFinished),
        (nowhere, UnknownRun),
    ],
    ids=["waiting", "finished", "twice", "unknown run"],
)
async def test_a_cancel_is_taken_or_refused_alike(
    ways: Ways, prepare: Prepare, expected: type[RequestError] | None
) -> None:
    """What has ended stays as it is, and whoever cancels it is told."""
    for way in ways.every:
        run_id = await prepare(ways)
        told = await way.cancel(run_id)
        if expected is None:
            assert taken(told, way), (way, told)
            assert (await actions.state_of(run_id)).status == "canceled"
        else:
            await said(ways, way, told, expected, run_id, ways.engine.cancel)


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [("paid", 5, None), ("refund", 5, UnknownStep), ("paid", "much", InvalidEventPayload)],
)
async def test_an_event_is_taken_or_refused_alike(
    ways: Ways, name: str, payload: Any, expected: type[RequestError] | None
) -> None:
    """An event that nothing waits for, or that does not fit, is refused by all with the same words."""
    for way in (ways.engine, *ways.http):
        run_id = await begun("expects")(ways)
        told = await way.event(run_id, name, payload)
        if expected is None:
            assert taken(told, way), (way, told)
        else:
            await said(ways, way, told, expected, run_id, lambda run_id: ways.engine.event(run_id, name, payload))


@pytest.mark.parametrize(("step", "expected"), [("third", UnknownStep), ("second", StepNotRun)])
async def test_a_fork_is_refused_alike(ways: Ways, step: str, expected: type[StepyardError]) -> None:
    """A step that is not there, or has not begun, is no place to fork from."""
    for way in (ways.engine, *ways.http):
        run_id = await begun("twice")(ways)
        told = await way.fork(run_id, step)
        await said(ways, way, told, expected, run_id, lambda run_id: ways.engine.fork(run_id, step))


FILTERS = [
    {"status": "failed,canceled"},
    {"status": "suspended"},
    {"status": " suspended , canceled "},
    {"workflow": "twice"},
    {"workflow": "nowhere"},
    {"q": "lamp"},
    {"q": "nothing like it"},
    {"since": "2026-01-01", "status": "suspended"},
    {"until": "2026-01-01T09:00:00Z"},
    {"after": "0"},
    {"limit": "2"},
    {"limit": "500"},
]

WRONG = [
    ({"status": "failed,done"}, ["status", "'done'"]),
    ({"status": "x,y"}, ["'x'", "'y'", *STATUSES]),
    ({"since": "monday"}, ["since", "'monday'"]),
    ({"until": "0001-01-01T00:00:00+23:59"}, ["until", "0001"]),
    ({"after": "there"}, ["after", "'there'"]),
    ({"limit": "0"}, ["limit", "'0'", "from 1 to 500"]),
    ({"limit": "501"}, ["limit", "'501'"]),
    ({"limit": "many"}, ["limit", "'many'"]),
    ({"limit": "-1"}, ["limit", "'-1'"]),
    ({"limit": "1e2", "after": "x"}, ["'1e2'", "'x'"]),
    ({"status": "done", "since": "monday"}, ["'done'", "'monday'"]),
]


@pytest.mark.parametrize("words", FILTERS, ids=str)
async def test_a_list_is_filtered_alike(ways: Ways, words: dict[str, str]) -> None:
    """The same words choose the same runs."""
    for prepare in (canceled, begun("twice"), begun("each")):
        await prepare(ways)
    expected = (await ways.engine.runs(words)).ids
    for way in ways.every[1:]:
        told = await way.runs(words)
        assert (taken(told, way), told.ids) == (True, expected), way


@pytest.mark.parametrize(("words", "named"), WRONG, ids=str)
async def test_a_word_that_means_nothing_is_named_alike(ways: Ways, words: dict[str, str], named: list[str]) -> None:
    """An empty list would look like an answer."""
    for way in ways.every:
        told = await way.runs(words)
        assert told.code == code(InvalidFilter, way), (way, told)
        assert [word for word in named if word not in told.words] == [], (way, told.words)


@pytest.mark.parametrize(
    ("page", "api"),
    [
        ("/workflows/anything/", "anything/start"),
        ("/runs/{}/resume/?step=ask", "anything/resume?runId={}"),
        ("/runs/{}/fork/?step=ask", "anything/time-travel?runId={}"),
        ("/runs/{}/event/?step=any&name=any", "anything/runs/{}/send-event"),
    ],
    ids=["start", "answer", "fork", "event"],
)
async def test_a_request_that_says_nothing_does_nothing(ways: Ways, page: str, api: str) -> None:
    """An empty body is a mistake and no null, also where any JSON would do."""
    run = await ways.engine.engine.workflow("anything").create_run()
    await run.start(None)
    before = await ways.stage.store.read(run.run_id)
    posted = await ways.stage.post(page.format(run.run_id))
    sent = await ways.stage.client.post(
        f"/api/workflows/{api.format(run.run_id)}", b"", content_type="application/json"
    )
    assert (posted.status_code, sent.status_code) == (400, 400)
    assert sent.json()["error"] == str(EmptyRequest())
    assert str(EmptyRequest()) in html.unescape(posted.content.decode())
    assert await ways.stage.store.read(run.run_id) == before
    assert await lists.total() == 1


def test_every_refusal_has_a_row() -> None:
    """Whatever a request can be refused with has a status, an exit code and a title."""
    waiting, kinds = [RequestError], set()
    while waiting:
        kind = waiting.pop()
        kinds.add(kind)
        waiting += kind.__subclasses__()
    assert {kind for kind in kinds if refusal_of(kind.__new__(kind)) is None} == set()
    assert [kind for at, (kind, _) in enumerate(TABLE) if any(issubclass(kind, first) for first, _ in TABLE[:at])] == []


def taken(told: Told, way: object) -> bool:
    """Tell whether a request was taken."""
    return told.code in TAKEN if isinstance(way, Commands) else told.code == 200


def code(expected: type[Exception], way: object) -> int:
    """Return the code that the table gives a refusal."""
    refusal = refusal_of(expected.__new__(expected))
    assert refusal is not None
    return int(refusal.code) if isinstance(way, Commands) else refusal.status


async def said(
    ways: Ways,
    way: object,
    told: Told,
    expected: type[StepyardError],
    run_id: str,
    ask: Callable[[str], Awaitable[Told]],
) -> None:
    """Check that a refusal has the code of the table and the words of the engine."""
    assert told.code == code(expected, way), (way, told)
    engine = told if isinstance(way, InProcess) else await ask(run_id)
    known = engine.in_words_of(way)
    if isinstance(way, Pages) and engine.issues:
        # A form says it in its own words, at the field.
        assert 'aria-invalid="true"' in told.words
    elif isinstance(way, Pages | Commands):
        assert plain(known) in plain(told.words), way
    else:
        assert (told.words, told.issues) == (known, engine.issues), way
    if isinstance(way, Api | Commands):
        assert PYTHONS.findall(told.words) == [], way


def plain(text: str) -> str:
    """Return a text with single spaces."""
    return re.sub(r"\s+", " ", text)
