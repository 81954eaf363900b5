"""The four ways to ask for the same: the engine in this process, a page's form, the API, a command."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from django.core.management import load_command_class
from django.http import HttpResponse

from engine import Engine
from engine.errors import InvalidValue, Issue, StepyardError
from engine.values.missing import MISSING
from playground.commandline.runs_command import RunsCommand
from playground.runs.filter_query import read_filter
from playground.runs.lists import page
from playground.runs.refusals import TYPED, Exit, as_key, as_option, as_query, headline, refusal_of
from tests.pages.stage import Stage

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody was told who asked."""

    code: int
    """The status, or the exit code; that of a page which shows its form again is told as the table's."""
    words: str = ""
    issues: frozenset[str] = frozenset()
    """Where in the value something is wrong."""
    ids: tuple[str, ...] = ()
    """The runs of a list."""
    error: StepyardError | None = None
    """What the engine has raised."""

    def in_words_of(self, way: object) -> str:
        """Return what the engine has told in the words of the way by which somebody asked."""
        write = {Api: as_key, Pages: as_query, Commands: as_option}.get(type(way))
        return self.words if self.error is None or write is None else headline(self.error, write)


class Way(Protocol):
    """One way to ask."""

    async def start(self, workflow: str, value: Any = MISSING, run_id: str | None = None) -> Told:
        """Start a run; without a value nothing is said of the input."""
        ...

    async def answer(
        self, run_id: str, value: Any, *, step: str | None = None, label: str | None = None, index: int | None = None
    ) -> Told:
        """Answer a suspended step."""
        ...

    async def cancel(self, run_id: str) -> Told:
        """Cancel a run."""
        ...

    async def runs(self, words: Mapping[str, str]) -> Told:
        """List runs."""
        ...


class InProcess:
    """The engine itself; its errors are told by the table."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def start(self, workflow: str, value: Any = MISSING, run_id: str | None = None) -> Told:
        async def ask() -> None:
            known = run_id is not None and await self.engine.store.read(run_id)
            made = self.engine.workflow(workflow).create_run
            run = await (self.engine.run(run_id) if known and run_id else made(run_id))
            await (run.start() if value is MISSING else run.start(value))

        return await self._told(ask())

    async def answer(self, run_id: str, value: Any, **which: Any) -> Told:
        async def ask() -> None:
            # What comes after the answer is not waited for: the run may wait for an event then.
            await anext((await self.engine.run(run_id)).resume_stream(resume_data=value, **which))

        return await self._told(ask())

    async def cancel(self, run_id: str) -> Told:
        async def ask() -> None:
            await (await self.engine.run(run_id)).cancel()

        return await self._told(ask())

    async def event(self, run_id: str, name: str, payload: Any) -> Told:
        async def ask() -> None:
            await (await self.engine.run(run_id)).send_event(name, payload)

        return await self._told(ask())

    async def fork(self, run_id: str, step: str, value: Any = MISSING) -> Told:
        async def ask() -> None:
            await (await self.engine.run(run_id)).time_travel(step, value)

        return await self._told(ask())

    async def runs(self, words: Mapping[str, str]) -> Told:
        try:
            wanted = read_filter(words)
        except StepyardError as error:
            return _refused(error)
        found = await page(wanted.filter, after=wanted.after, limit=wanted.limit)
        return Told(code=200, ids=tuple(row.run_id for row in found.rows))

    async def _told(self, asking: Any) -> Told:
        try:
            await asking
        except StepyardError as error:
            return _refused(error)
        return Told(code=200)


def _refused(error: StepyardError) -> Told:
    refusal = refusal_of(error)
    assert refusal is not None
    issues: Sequence[Issue] = error.issues if isinstance(error, InvalidValue) else ()
    paths = frozenset(".".join(map(str, issue.path)) for issue in issues)
    return Told(code=refusal.status, words=headline(error), issues=paths, error=error)


class Api:
    """The routes below ``/api``."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def start(self, workflow: str, value: Any = MISSING, run_id: str | None = None) -> Told:
        query = "" if run_id is None else f"?{urlencode({'runId': run_id})}"
        return await self._post(f"{workflow}/start{query}", None if value is MISSING else {"inputData": value})

    async def answer(
        self, run_id: str, value: Any, *, step: str | None = None, label: str | None = None, index: int | None = None
    ) -> Told:
        body = {"resumeData": value, "step": step, "label": label, "forEachIndex": index}
        workflow = await self.stage.workflow_of(run_id)
        return await self._post(f"{workflow}/resume?{urlencode({'runId': run_id})}", body)

    async def cancel(self, run_id: str) -> Told:
        return await self._post(f"{await self.stage.workflow_of(run_id)}/runs/{run_id}/cancel", {})

    async def event(self, run_id: str, name: str, payload: Any) -> Told:
        path = f"{await self.stage.workflow_of(run_id)}/runs/{run_id}/send-event"
        return await self._post(path, {"event": name, "data": payload})

    async def fork(self, run_id: str, step: str, value: Any = MISSING) -> Told:
        path = f"{await self.stage.workflow_of(run_id)}/time-travel?{urlencode({'runId': run_id})}"
        return await self._post(path, {"step": step} | ({} if value is MISSING else {"inputData": value}))

    async def runs(self, words: Mapping[str, str]) -> Told:
        return self._told(await self.stage.client.get(f"/api/runs?{urlencode(words)}"))

    async def _post(self, path: str, body: Json | None) -> Told:
        text = b"" if body is None else json.dumps(body).encode()
        return self._told(await self.stage.client.post(f"/api/workflows/{path}", text, content_type="application/json"))

    def _told(self, response: HttpResponse) -> Told:
        said = json.loads(response.content)
        issues = frozenset(".".join(map(str, issue["path"])) for issue in said.get("issues", ()))
        ids = tuple(run["runId"] for run in said.get("runs", ()))
        return Told(code=response.status_code, words=said.get("error", ""), issues=issues, ids=ids)


class Pages:
    """Forms, posted as JSON from their JSON tab."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def start(self, workflow: str, value: Any = MISSING, run_id: str | None = None) -> Told:
        assert run_id is None, "a page makes the id up"
        return await self._post(f"/workflows/{workflow}/", value)

    async def answer(
        self, run_id: str, value: Any, *, step: str | None = None, label: str | None = None, index: int | None = None
    ) -> Told:
        which = {"step": step, "label": label, "index": index}
        query = urlencode({name: part for name, part in which.items() if part is not None})
        return await self._post(f"/runs/{run_id}/resume/?{query}", value)

    async def cancel(self, run_id: str) -> Told:
        return await self._post(f"/runs/{run_id}/cancel/")

    async def event(self, run_id: str, name: str, payload: Any) -> Told:
        return await self._post(f"/runs/{run_id}/event/?{urlencode({'name': name, 'step': 'payment'})}", payload)

    async def fork(self, run_id: str, step: str, value: Any = "x") -> Told:
        return await self._post(f"/runs/{run_id}/fork/?{urlencode({'step': step})}", value)

    async def runs(self, words: Mapping[str, str]) -> Told:
        return self._told(await self.stage.client.get(f"/runs/?{urlencode(words)}"))

    async def _post(self, path: str, value: Any = MISSING) -> Told:
        return self._told(
            await self.stage.post(path, {} if value is MISSING else {"f:tab": "json", "f": json.dumps(value)})
        )

    def _told(self, response: HttpResponse) -> Told:
        text = html.unescape(response.content.decode())
        code = {303: 200, TYPED: 400}.get(response.status_code, response.status_code)
        ids = tuple(part.partition('"')[0] for part in text.split('<tr class="run-row" data-run="')[1:])
        return Told(code=code, words=text, ids=ids)


class Commands:
    """The commands, in this process."""

    async def start(self, workflow: str, value: Any = MISSING, run_id: str | None = None) -> Told:
        named = [] if run_id is None else ["--run-id", run_id]
        return await self.type("run", workflow, *([] if value is MISSING else ["--input", json.dumps(value)]), *named)

    async def answer(
        self, run_id: str, value: Any, *, step: str | None = None, label: str | None = None, index: int | None = None
    ) -> Told:
        which = {"--step": step, "--label": label, "--index": index}
        words = [word for name, part in which.items() if part is not None for word in (name, str(part))]
        return await self.type("resume", run_id, "--data", json.dumps(value), *words)

    async def cancel(self, run_id: str) -> Told:
        return await self.type("cancel", run_id)

    async def runs(self, words: Mapping[str, str]) -> Told:
        return await self.type("runs", *(word for name, text in words.items() for word in (f"--{name}", text)))

    async def type(self, name: str, *words: str) -> Told:
        """Type a command."""
        command = load_command_class("playground", name)
        assert isinstance(command, RunsCommand)
        said: list[str] = []
        given: list[Any] = []
        command.say = said.append  # type: ignore[method-assign]
        command.give = lambda value, text: given.append(value)  # type: ignore[method-assign]
        command.as_json = True
        options = vars(command.create_parser("stepyard", name).parse_args([*words, "--json"]))
        code = int(await command.outcome(options))
        ids = tuple(run["runId"] for value in given if isinstance(value, dict) for run in value.get("runs", ()))
        return Told(code=code, words="\n".join(said), ids=ids)


TAKEN = frozenset({Exit.DONE, Exit.WAITING, Exit.CANCELED})
"""The codes of a command whose request was taken."""


class Ways:
    """All four, and the stage they play on."""

    def __init__(self, stage: Stage, engine: Engine) -> None:
        self.stage = stage
        self.engine = InProcess(engine)
        self.api = Api(stage)
        self.pages = Pages(stage)
        self.commands = Commands()
        self.http: tuple[Api | Pages, ...] = (self.api, self.pages)
        self.every: tuple[Way, ...] = (self.engine, *self.http, self.commands)
