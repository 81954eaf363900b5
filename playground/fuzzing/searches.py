"""The searches of this process, one for each workflow: begun, stopped, and what the last one has found."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from engine.errors import RequestError
from engine.scenarios import folder
from engine.scenarios.scenario import Scenario
from playground.catalogue import catalogue
from playground.fuzzing.findings import Bounds, Finding, FuzzingRefused, Report
from playground.fuzzing.fuzz_process import Order, search
from playground.live import nudges

logger = logging.getLogger("playground.fuzzing.searches")

PAUSE = 0.5
"""Seconds between two nudges of those who watch."""


class AlreadySearching(RequestError):
    """Inputs of this workflow are being tried. Wait until that is done, or stop it."""


class UnknownFinding(RequestError):
    """There is no such finding any more: inputs were tried again, or the playground was started anew."""


class _Search:
    """One search, which goes on whoever asked for it leaves."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.report = Report(workflow=order.workflow)
        self.task: asyncio.Task[Report] | None = None
        self._nudged = 0.0
        self._nudges: set[asyncio.Task[None]] = set()

    @property
    def is_going(self) -> bool:
        """Tell whether it goes on."""
        return self.task is not None and not self.task.done()

    async def run(self) -> Report:
        """Look, and tell those who watch; a stop leaves what was found until then."""
        try:
            self.report = await search(self.order, said=self._said)
        except asyncio.CancelledError:
            self.report = replace(self.report, state="stopped")
        except OSError as error:
            self.report = replace(self.report, state="failed", problem=f"no process could be started: {error}")
        except Exception as error:
            logger.exception("inputs of workflow %s could not be tried", self.order.workflow)
            self.report = replace(self.report, state="failed", problem=f"{type(error).__name__}: {error}")
        finally:
            await nudges.nudge_lists()
        return self.report

    def _said(self, report: Report) -> None:
        self.report = report
        if time.monotonic() - self._nudged > PAUSE:
            self._nudged = time.monotonic()
            nudge = asyncio.ensure_future(nudges.nudge_lists())
            self._nudges.add(nudge)
            nudge.add_done_callback(self._nudges.discard)


_searches: dict[str, _Search] = {}
"""By the ids of the workflows; the last of each."""


def refusal() -> FuzzingRefused | None:
    """Return why no inputs are tried here: this is production, or this process may not import the user's code."""
    if not catalogue.are_workers_here():
        return FuzzingRefused(
            "the workers of this playground are elsewhere, and so is the code: no inputs are tried here. "
            "Use a playground on your own machine, as `stepyard dev` starts it, or `stepyard fuzz`"
        )
    return FuzzingRefused() if settings.PRODUCTION else None


async def begin(
    workflow_id: str,
    *,
    bounds: Bounds | None = None,
    rehearsal: Mapping[str, Any] | None = None,
    steps: tuple[str, ...] = (),
) -> Report:
    """Begin to look for inputs that make a workflow fail, and return at once.

    Args:
        workflow_id: the workflow.
        bounds: when it is enough.
        rehearsal: what each run pretends, as JSON.
        steps: further steps that are not called, and return an example of what they give.

    Raises:
        UnknownWorkflow: there is no such workflow.
        FuzzingRefused: see `refusal`.
        AlreadySearching: that is being done.
    """
    if (why := refusal()) is not None:
        raise why
    await catalogue.workflow(workflow_id)
    modules = await catalogue.site_of(workflow_id)
    known = _searches.get(workflow_id)
    if known is not None and known.is_going:
        raise AlreadySearching
    order = Order(workflow=workflow_id, modules=modules, bounds=bounds or Bounds(), rehearsal=rehearsal, steps=steps)
    begun = _searches[workflow_id] = _Search(order)
    begun.task = asyncio.create_task(begun.run())
    return begun.report


async def ended(workflow_id: str) -> Report | None:
    """Return the report of the last search when it is over; None when there was none."""
    known = _searches.get(workflow_id)
    if known is None or known.task is None:
        return None
    # Whoever no longer waits does not stop it.
    return await asyncio.shield(known.task)


async def stop(workflow_id: str) -> Report | None:
    """End a search and all that it has started, and return what it has found; None when there was none."""
    known = _searches.get(workflow_id)
    if known is not None and known.task is not None and not known.task.done():
        known.task.cancel()
        await asyncio.wait([known.task])
        if known.task.cancelled():  # It had not begun.
            known.report = replace(known.report, state="stopped")
    return None if known is None else known.report


async def last(workflow_id: str) -> tuple[Report | None, Order | None]:
    """Return what the last search has found so far, and what it looks for.

    Raises:
        UnknownWorkflow: there is no such workflow.
    """
    await catalogue.workflow(workflow_id)
    known = _searches.get(workflow_id)
    return (None, None) if known is None else (known.report, known.order)


def finding(workflow_id: str, key: str) -> Finding:
    """Return one finding of the last search.

    Raises:
        UnknownFinding: it has none of this key.
    """
    known = _searches.get(workflow_id)
    found = () if known is None else known.report.findings
    for one in found:
        if one.key == key:
            return one
    raise UnknownFinding


def save(workflow_id: str, key: str) -> str:
    """Write a finding as a scenario that expects success, which it has once the code is mended; return its name.

    Raises:
        UnknownFinding: the last search has none of this key.
        FuzzingRefused: this is production.
        RequestError: there is a scenario of its name already.
    """
    if settings.PRODUCTION:
        raise FuzzingRefused
    found, name = finding(workflow_id, key), f"fuzz-{key}"
    scenario = Scenario(
        workflow=workflow_id,
        name=name,
        input=found.input,
        rehearsal=_searches[workflow_id].report.rehearsal,
        expect={"status": "success"},
    )
    file = folder.file_of(Path.cwd(), workflow_id, name)
    try:
        folder.write(scenario.to_text(), file, anew=True)
    except FileExistsError:
        raise RequestError(f"there is a scenario {folder.called(file, Path.cwd())} already") from None
    return name
