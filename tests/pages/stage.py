"""A playground without worker processes: workflows of the test's own, published and executed in this process."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import AsyncClient
from pydantic import BaseModel

from engine import Context, Engine, RunResult, Workflow, create_workflow, step
from engine.errors import UnknownRun
from playground.actions import actions
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.problems import ImportProblem
from playground.models import Worker
from playground.store import OrmStore, in_transaction


class Trip(BaseModel):
    """Input of the workflow that most tests use."""

    city: str
    days: int = 1


class Verdict(BaseModel):
    """What its step asks."""

    approved: bool
    note: str = ""


@step
async def look_up(data: Trip) -> str:
    """Find the city."""
    return f"{data.city} for {data.days}"


@step(resume_schema=Verdict)
async def approve(data: str, ctx: Context) -> str:
    """Ask a person."""
    answer: Verdict = ctx.suspend({"question": f"Go to {data}?"})
    return f"{data}: {'yes' if answer.approved else 'no'} {answer.note}".strip()


TRIP: Workflow[Any, Any] = (
    create_workflow(id="trip", input_schema=Trip, output_schema=str, description="Plans a trip.")
    .then(look_up)
    .then(approve)
    .commit()
)


class Stage:
    """Publishes workflows, executes runs, and looks at pages."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self._workflows: list[Workflow[Any, Any]] = []
        self.store = OrmStore()

    async def publish(
        self,
        *workflows: Workflow[Any, Any],
        problems: tuple[ImportProblem, ...] = (),
        arms: bool = False,
        sources: Mapping[str, str] | None = None,
        worker_id: str = "w1",
    ) -> None:
        """Put workflows into the catalogue, as a worker does; ``sources`` of their steps by path."""
        self._workflows = list(workflows)
        entries = [
            WorkflowEntry(
                workflow_id=one.id,
                digest=one.digest,
                graph=one.graph,
                description=one.graph["description"],
                module="flows.py",
                file="/home/ada/flows.py",
                line=7,
                sources=sources or {},
            )
            for one in workflows
        ]
        await catalogue.publish(entries, problems, worker_id=worker_id, site=["flows.py"], arms=arms)

    async def register_worker(self, worker_id: str = "w1", *, status: str = "ready") -> None:
        """Make it look as if a worker were connected."""
        now = datetime.now(UTC)
        await in_transaction(
            Worker.objects.create,
            worker_id=worker_id,
            pid=1,
            host="here",
            site='["flows.py"]',
            status=status,
            started_at=now,
            heartbeat_at=now,
        )

    async def reload(self, *workflows: Workflow[Any, Any], sources: Mapping[str, str], worker_id: str) -> None:
        """Have another worker take the place of those before it, with other code."""
        now = datetime.now(UTC)
        await in_transaction(Worker.objects.filter(ended_at=None).update, ended_at=now, status="ended")
        await self.register_worker(worker_id)
        await self.publish(*workflows, sources=sources, worker_id=worker_id)

    async def suspended(self, city: str = "Lisbon") -> str:
        """Give a run of TRIP that waits for its answer."""
        await self.publish(TRIP)
        run_id = await actions.start("trip", {"city": city})
        assert (await self.play(run_id)).status == "suspended"
        return run_id

    async def play(self, run_id: str) -> RunResult:
        """Execute a run until it rests."""
        engine = Engine(workflows=self._workflows, store=self.store)
        run = await engine.run(run_id)
        return await run.restart()

    async def play_until(self, run_id: str, status: str) -> None:
        """Execute a run until it has a status, and stop there as a worker that ends would."""
        playing = asyncio.create_task(self.play(run_id))
        run = await actions.state_of(run_id)
        while run.status != status:
            await self.store.changed(run_id, after=run.last_seq)
            run = await actions.state_of(run_id)
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing

    async def get(self, path: str, **headers: str) -> str:
        """Return a page that is there."""
        response = await self.client.get(path, headers=headers)
        assert response.status_code == 200, (response.status_code, path)
        return text_of(response)

    async def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        """Post a form."""
        response: HttpResponse = await self.client.post(path, data or {}, headers=headers)
        return response

    async def rests(self, run_id: str) -> None:
        """Wait until a run has ended, or waits."""
        run = await actions.state_of(run_id)
        while run.status in ("pending", "running"):
            await self.store.changed(run_id, after=run.last_seq)
            run = await actions.state_of(run_id)

    async def workflow_of(self, run_id: str) -> str:
        """Return the workflow that a run is of; that of no run is as good as any."""
        try:
            return (await self.store.summary(run_id)).workflow_id
        except UnknownRun:
            return self._workflows[0].id

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def text_of(response: HttpResponse) -> str:
    """Return a response's body as text."""
    return response.content.decode()


def attributes(page: str, name: str) -> list[str]:
    """Return the values of an attribute, in the order of the page."""
    return re.findall(rf'\s{name}="([^"]*)"', page)


def row(page: str, step_path: str) -> str:
    """Return the journal's row of a step."""
    start = page.index(f'data-step="{step_path}"')
    end = page.find('<li class="row"', start)
    return page[page.rindex("<li", 0, start) : end if end > 0 else page.index("</main>", start)]
