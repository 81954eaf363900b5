"""What a start, an answer, other requests and sockets ask of the database: what was read once is handed on."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

from engine import Engine
from engine.journal.fold import fold
from playground.actions import actions
from playground.worker.value_checks import judge
from tests.pages.stage import TRIP, Stage
from tests.pages.test_socket import last_seq, socket, taken

FRAMES = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "PRAGMA", "SELECT pg_")
"""What only frames a transaction, or tells other machines of it."""


class Statements(list[tuple[str, Any]]):
    """The statements that were executed, with their parameters."""

    @property
    def journals(self) -> int:
        """Return how often a journal was read from its beginning."""
        return sum("FROM playground_event" in text and bool(given) and given[1] == 0 for text, given in self)

    @property
    def versions(self) -> int:
        """Return how often the catalogue was asked for a workflow."""
        return sum('FROM "playground_workflowversion"' in text for text, _ in self)


Recorder = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Give what records the statements of all threads of this process inside a block."""
    execute = CursorWrapper.execute

    @contextmanager
    def recording() -> Iterator[Statements]:
        found = Statements()

        def told(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
            if not str(sql).lstrip().startswith(FRAMES):
                found.append((str(sql), params))
            return execute(self, sql, params)

        with monkeypatch.context() as patch:
            patch.setattr(CursorWrapper, "execute", told)
            yield found

    return recording


YES = {"f:tab": "json", "f": '{"approved": true}'}
CITY = {"f:tab": "json", "f": '{"city": "Lisbon"}'}
INPUT = {"inputData": {"city": "Lisbon"}}
Ask = Callable[[Stage, str], Awaitable[Any]]


def page(path: str, data: dict[str, Any]) -> Ask:
    """Return what posts a form."""
    return lambda stage, run_id: stage.post(path.format(run_id), data)


def api(path: str, body: dict[str, Any]) -> Ask:
    """Return what posts JSON."""
    kind = "application/json"
    return lambda stage, run_id: stage.client.post(path.format(run_id), body, content_type=kind)


@pytest.mark.parametrize(
    ("ask", "journals", "versions", "most"),
    [
        pytest.param(page("/workflows/trip/", CITY), 0, 1, 5, id="start, page"),
        pytest.param(api("/api/workflows/trip/start", INPUT), 0, 1, 5, id="start, API"),
        pytest.param(api("/api/workflows/trip/start?runId=new", INPUT), 1, 1, 6, id="start by id, API"),
        pytest.param(page("/runs/{}/resume/?step=approve", YES), 1, 1, 7, id="answer, page"),
        pytest.param(
            api("/api/workflows/trip/resume?runId={}", {"resumeData": {"approved": True}}), 1, 1, 7, id="answer, API"
        ),
        pytest.param(page("/runs/{}/cancel/", {}), 1, 0, 8, id="cancel, page"),
        pytest.param(api("/api/workflows/trip/time-travel?runId={}", {"step": "look_up"}), 1, 1, 8, id="fork, API"),
    ],
)
async def test_a_request_reads_the_journal_and_the_catalogue_once(
    stage: Stage, statements: Recorder, ask: Ask, journals: int, versions: int, most: int
) -> None:
    """What the first to need it has read is handed on, so that a long journal is folded once.

    Whoever records an input asks for the path in it that tells apart runs which follow one another.
    """
    run_id = await stage.suspended()
    with statements() as asked:
        response = await ask(stage, run_id)
    assert response.status_code in (200, 303)
    assert (asked.journals, asked.versions) == (journals, versions), [text for text, _ in asked]
    assert len(asked) <= most, [text for text, _ in asked]


async def test_a_start_with_an_id_reads_what_was_made_before_once(stage: Stage, statements: Recorder) -> None:
    """A run that waits for its input is read, and what was read is handed to what records the start."""
    await stage.publish(TRIP)
    await actions.create("trip", run_id="made")
    with statements() as asked:
        await actions.start("trip", {"city": "Lisbon"}, run_id="made")
    assert (asked.journals, asked.versions) == (1, 1)


async def test_events_and_answers_of_commands_read_the_journal_once(stage: Stage, statements: Recorder) -> None:
    """What has read nothing before reads once."""
    run_id = await stage.suspended()
    with statements() as asked:
        await actions.resume(run_id, None, {"approved": True})
    assert (asked.journals, asked.versions) == (1, 1)


async def test_a_socket_reads_the_journal_once_and_then_what_is_new(stage: Stage, statements: Recorder) -> None:
    """A message looks at nothing shown before, an open row needs no request; two reads serve the bar."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after={await last_seq(run_id)}") as connection:
        with statements() as asked:
            await connection.receive_json_from()
        assert (asked.journals, asked.versions) == (1, 1)
        assert len(asked) <= 7, [text for text, _ in asked]
        await connection.send_json_to({"ack": 0, "open": ["approve"]})
        with statements() as asked:
            await actions.cancel(run_id)
            message = await taken(connection)
        # The cancel reads the journal, the socket only what came after.
        assert (asked.journals, asked.versions) == (1, 0)
        assert message["bodies"] == ["approve"], message


async def test_a_worker_reads_the_journal_once_for_its_verdict_and_for_going_on(
    stage: Stage, statements: Recorder
) -> None:
    """What was read to judge an answer is handed on to the segment, which reads only what came since."""
    run_id = await stage.suspended()
    runtime = Engine([TRIP], store=stage.store).runtime
    answer = {"approved": True}
    question = {"kind": "resume", "workflow_id": "trip", "run_id": run_id, "path": ["approve"], "data": answer}
    with statements() as judging:
        assert (await judge(runtime, question))["verdict"] == "fits"
    await actions.resume(run_id, None, answer)
    with statements() as going_on:
        state = await runtime.segment(run_id)
    assert (judging.journals, going_on.journals) == (1, 0), [text for text, _ in going_on]
    assert state == fold(await stage.store.read(run_id))
    assert state.ended
