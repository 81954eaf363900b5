"""The scenarios of a workflow with what they came to last, and playing them anew."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings

from engine.errors import InvalidInput, Issue, RequestError
from engine.scenarios import folder
from engine.scenarios.expectation import Verdict
from engine.scenarios.scenario import Scenario
from playground.actions import actions
from playground.catalogue import catalogue
from playground.comparison.json_patch import Change, operations
from playground.fleet import workers
from playground.live import nudges
from playground.scenarios import last_verdicts
from playground.scenarios.last_verdicts import Last
from playground.scenarios.saving import Recorded, scenario_of_run
from playground.scenarios.scenario_process import Came, play


class ScenarioExists(RequestError):
    """There is a scenario of this name. Choose another name, or delete its file."""


class ScenariosRefused(RequestError):
    """This is production, where scenarios are neither saved nor played. Use a playground on your own machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioView:
    """A scenario as the page shows it."""

    workflow: str
    name: str
    file: str
    state: str
    """``success``, ``failed``, ``running``, or ``pending`` for one that was not played yet."""
    verdict: Verdict | None = None
    at: datetime | None = None
    """When it was played last."""
    is_outdated: bool = False
    """Whether the code was imported anew, or the file changed, since then."""

    @property
    def changes(self) -> list[Change]:
        """Return what makes what came of what was expected, as comparing two runs shows it."""
        verdict = self.verdict
        if verdict is None or verdict.expected is None or verdict.got is None:
            return []
        return operations(dict(verdict.expected), dict(verdict.got))


_playing: set[Path] = set()


async def listing(workflow_id: str) -> list[ScenarioView]:
    """Return the scenarios of a workflow, by name.

    Raises:
        UnknownWorkflow: there is no such workflow.
    """
    await catalogue.workflow(workflow_id)
    here, code = Path.cwd(), await code_id()
    files = list(folder.files_in(here, workflow_id))
    played = await last_verdicts.last_of(files)
    return [_standing(file, here, code, played.get(file)) for file in files]


def _standing(file: Path, here: Path, code: str, last: Last | None) -> ScenarioView:
    state = "pending" if last is None else "success" if last.came.well else "failed"
    return ScenarioView(
        workflow=file.parent.name,
        name=file.stem,
        file=folder.called(file, here),
        state="running" if file in _playing else state,
        verdict=None if last is None else last.came.verdict,
        at=None if last is None else last.at,
        is_outdated=last is not None and (last.code != code or file.stat().st_mtime > last.at.timestamp()),
    )


async def code_id() -> str:
    """Return what is another one whenever the code is imported anew: the id of the newest worker."""
    ready = [one for one in await workers.listing(ended=0) if one.status == "ready"]
    return ready[0].worker_id if ready else ""


async def run(workflow_id: str, names: Sequence[str] = (), *, update: bool = False) -> list[Verdict]:
    """Play scenarios of a workflow, and tell all who look as each comes to its end.

    Args:
        workflow_id: the workflow.
        names: which of its scenarios; all by default.
        update: whether what comes is expected from now on.

    Raises:
        UnknownWorkflow: there is no such workflow.
        InvalidInput: there is no scenario of one of the names.
        ScenariosRefused: this is production.
    """
    _check_place()
    await catalogue.workflow(workflow_id)
    here, code = Path.cwd(), await code_id()
    files = _chosen(here, workflow_id, names)
    verdicts: list[Verdict] = []
    site = await catalogue.site_of(workflow_id)
    _playing.update(files)
    telling: list[asyncio.Task[None]] = []

    def said(one: Came) -> None:
        file = folder.file_of(here, one.verdict.workflow, one.verdict.name)
        verdicts.append(one.verdict)
        telling.append(asyncio.create_task(_said(file, one, code)))

    try:
        await nudges.nudge_lists()
        await play(files, site, said=said, update=update)
    finally:
        # A verdict that cannot be kept stops no other scenario.
        kept = await asyncio.gather(*telling, return_exceptions=True)
        _playing.difference_update(files)
    await nudges.nudge_lists()
    for failed in filter(None, kept):
        raise failed
    return verdicts


async def _said(file: Path, came: Came, code: str) -> None:
    await last_verdicts.keep(file, came, code)
    _playing.discard(file)
    await nudges.nudge_lists()


async def run_after_reload(worker_id: str, workflow_ids: Iterable[str]) -> None:
    """Play the scenarios of those workflows whose switch is on, when a worker has imported the code anew."""
    if settings.PRODUCTION:
        return
    for workflow_id in await last_verdicts.claim_for(worker_id, workflow_ids):
        await run(workflow_id)


def _check_place() -> None:
    if settings.PRODUCTION:
        raise ScenariosRefused


def _chosen(here: Path, workflow_id: str, names: Sequence[str]) -> list[Path]:
    if not names:
        return list(folder.files_in(here, workflow_id))
    files = [folder.file_of(here, workflow_id, name) for name in names]
    for file in files:
        if not file.is_file():
            issue = Issue(path=("names",), message=f"there is no file {folder.called(file, here)}")
            raise InvalidInput(f"workflow {workflow_id!r} has no scenario {file.stem!r}", [issue])
    return files


async def recorded(run_id: str) -> Recorded:
    """Return a run with the graph of the version that it was made with.

    Raises:
        UnknownRun: there is no such run.
    """
    known = await actions.read_run(run_id)
    events = await actions.store.read(run_id)
    return Recorded(run=known.run, events=events, graph=None if known.entry is None else known.entry.graph)


async def save(run_id: str, name: str, results: Sequence[str] = ()) -> Scenario:
    """Write a run as a scenario into its file; see `scenario_of_run`.

    Args:
        run_id: the run.
        name: what the scenario is to be called.
        results: written paths of the steps that are not to be called when it is played.

    Raises:
        UnknownRun: there is no such run.
        InvalidInput: the name is none that a file gets.
        ScenarioExists: there is one of this name.
        RequestError: the run is no example of anything that can be played.
        ScenariosRefused: this is production.
    """
    _check_place()
    source, here = await recorded(run_id), Path.cwd()
    file = folder.file_of(here, source.run.workflow_id, name)
    scenario = scenario_of_run(source, name, results)
    called = folder.called(file, here)
    try:
        folder.write(scenario.to_text(), file, anew=True)
    except FileExistsError:
        raise ScenarioExists(f"there is a scenario {called} already: choose another name, or delete the file") from None
    await nudges.nudge_lists()
    return replace(scenario, file=called)
