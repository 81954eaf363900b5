"""The registry: the workflows of a program, and the way to their runs."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from engine.building.workflow import Workflow, is_uncommitted
from engine.clock import Clock
from engine.errors import DefinitionError, DuplicateId, NotCommitted, UnknownWorkflow
from engine.events import RunStatus
from engine.journal.store import Store
from engine.journal.summary import RunSummary
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.runs.scheduler import run_schedules
from engine.short_text import shown
from engine.tree.argument_checks import COUNT, TEXT, TIME, Expected, asking, defining, one_of
from engine.tree.nodes import Flow
from engine.validation.port_checks import check_port


class _Runs:
    """Makes the runs of an engine's workflows."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def create_run(self, flow: Flow, run_id: str | None, resource_id: str | None) -> Run[Any, Any]:
        return Run(self._runtime, flow, run_id, resource_id)


class Engine:
    """Holds workflows and runs them.

    Args:
        workflows: committed workflows, in a list, or in a dict under names of one's own.
        store: where runs are kept; in memory by default.
        logger: gets the errors of hooks and watchers.
        clock: gives the time; the system's by default.
        production: whether this program works in earnest, so that rehearsals are refused.

    Raises:
        NotCommitted: something in ``workflows`` is no committed workflow.
        DuplicateId: two workflows have the same id.
        DefinitionError: ``workflows`` is no list or dict, or a port is not what it should be.
    """

    @defining("Engine([orders], store=MemoryStore())")
    def __init__(
        self,
        workflows: Iterable[Workflow[Any, Any]] | Mapping[str, Workflow[Any, Any]],
        *,
        store: Store | None = None,
        logger: logging.Logger | None = None,
        clock: Clock | None = None,
        production: bool = False,
    ) -> None:
        """Take the workflows and the ports."""
        check_port("Engine", "store", store, Store)
        check_port("Engine", "clock", clock, Clock)
        check_port("Engine", "logger", logger, logging.Logger)
        self.runtime: Runtime = Runtime(store=store, clock=clock, logger=logger, production=production)
        self._names: dict[str, Workflow[Any, Any]] = {}
        self._workflows: dict[str, Workflow[Any, Any]] = {}
        for name, workflow in _named(workflows):
            self._add(name, workflow)

    @property
    def store(self) -> Store:
        """Return where runs are kept."""
        return self.runtime.store

    @property
    def workflows(self) -> dict[str, Workflow[Any, Any]]:
        """Return the workflows by their ids, in the order of registration."""
        return dict(self._workflows)

    @asking("engine.workflow('orders')", id_or_name=TEXT)
    def workflow(self, id_or_name: str) -> Workflow[Any, Any]:
        """Return a workflow whose runs are executed by this engine.

        Raises:
            UnknownWorkflow: none has this id or name.
        """
        found = self._workflows.get(id_or_name) or self._names.get(id_or_name)
        if found is None:
            known = ", ".join(self._workflows) or "none"
            raise UnknownWorkflow(f"no workflow has the id or name {id_or_name!r}. Registered: {known}")
        return found

    @asking("await engine.run(run_id)", run_id=TEXT)
    async def run(self, run_id: str) -> Run[Any, Any]:
        """Return a run by its id.

        Raises:
            UnknownRun: no run has this id.
            UnknownWorkflow: its workflow is not registered here.
        """
        summary = await self.runtime.store.summary(run_id)
        flow = self.runtime.flows[summary.workflow_id]
        return Run(self.runtime, flow, run_id, summary.resource_id, recorded=True)

    @asking(
        "await engine.runs('orders', status='failed')",
        workflow=Expected("a workflow, its id or its name", lambda given: isinstance(given, Workflow | str)) | None,
        status=one_of(*get_args(RunStatus)) | None,
        limit=COUNT,
        after=TEXT | None,
    )
    async def runs(
        self,
        workflow: "Workflow[Any, Any] | str | None" = None,
        status: RunStatus | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> list[RunSummary]:
        """Return summaries of runs, newest first.

        Args:
            workflow: only runs of this workflow, given itself or by id or name.
            status: only runs of this status.
            limit: at most so many.
            after: the id of the last run of the page before.
        """
        if isinstance(workflow, Workflow):
            workflow = workflow.id
        workflow_id = None if workflow is None else self.workflow(workflow).id
        return await self.runtime.store.summaries(workflow_id=workflow_id, status=status, limit=limit, after=after)

    @asking("await engine.run_schedules()", since=TIME | None, until=TIME | None)
    async def run_schedules(self, *, since: datetime | None = None, until: datetime | None = None) -> None:
        """Start a run at each due time of the workflows' schedules, until this is cancelled.

        Nothing starts by itself in a program that does not call this. Runs are beside: what they come to is told by
        their workflow's hooks, and by `runs`. Their ids follow from schedule and due time, so that of several programs
        on one store one starts each.

        Args:
            since: up to when due times were dealt with, aware; those that were missed since then are caught up as each
                schedule says. By default nothing was missed.
            until: return when everything up to this time was started, instead of going on.
        """
        flows = [workflow.flow for workflow in self._workflows.values()]
        await run_schedules(self.runtime, flows, since=since, until=until)

    @asking("await engine.close()")
    async def close(self) -> None:
        """Cancel the runs that were started beside; they can be restarted."""
        await self.runtime.close()

    def _add(self, name: str | None, workflow: Any) -> None:
        if not isinstance(name, str | None):
            raise DefinitionError(f"Engine was given a workflow under the name {shown(name)}. Expected text.")
        if not isinstance(workflow, Workflow):
            found = f"Engine takes committed workflows and was given {shown(workflow)}"
            if is_uncommitted(workflow):
                raise NotCommitted(f"{found}: call .commit() at the end of its definition")
            raise DefinitionError(f"{found}. Expected what .commit() of create_workflow(...) returns.")
        if workflow.id in self._workflows:
            raise DuplicateId(f"two workflows have the id {workflow.id!r}: use clone_workflow(workflow, id=...)")
        self.runtime.flows.add(workflow.flow)
        self._workflows[workflow.id] = workflow.bound(_Runs(self.runtime))
        if name is not None:
            self._names[name] = self._workflows[workflow.id]


def _named(workflows: Any) -> Iterable[tuple[Any, Any]]:
    """Return what was given as workflows, with names or without.

    Raises:
        DefinitionError: it is neither a list nor a dict.
    """
    if isinstance(workflows, Mapping):
        return workflows.items()
    if isinstance(workflows, Iterable) and not isinstance(workflows, str | bytes):
        return ((None, each) for each in workflows)
    raise DefinitionError(f"Engine was given {shown(workflows)}. Expected a list of workflows: Engine([orders]).")
