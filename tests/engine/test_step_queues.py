"""Steps of other queues: before one a run rests, and who takes from that queue goes on with it."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import Context, create_workflow, sequence, step
from engine.building.workflow import Workflow
from engine.events import FINAL
from engine.journal.requests import Start, create_run, record_resume
from engine.journal.state import RunState
from engine.journal.store import Claim, MemoryStore
from engine.runs.runtime import Runtime
from engine.tree.queues import Destination, queues_of

QUEUES = ("default", "gpu", "mail")
executed: list[tuple[str, str]] = []
"""The queue by whose worker, and the step, of each call."""
at_work = [""]


def made(id: str, queue: str | None, given: Callable[[Any], Any] = lambda data: data) -> Any:
    """Return a step that notes by whom it is called."""

    @step(id=id, queue=queue)
    async def work(data: Any) -> Any:
        executed.append((at_work[0], id))
        return given(data)

    return work


@step(queue="mail", resume_schema=int)
async def ask(data: Any, ctx: Context) -> Any:
    """Ask, as a step of another queue."""
    executed.append((at_work[0], "ask"))
    return ctx.suspend()


def fail(data: Any) -> Any:
    """Fail."""
    raise ValueError(data)


A, B, G, M = made("a", None), made("b", None), made("g", "gpu"), made("m", "mail")
BAD = made("bad", "gpu", fail)
GROW = made("grow", "gpu", lambda number: number + 1)
INNER = create_workflow(id="inner", input_schema=Any, output_schema=Any, queue="mail").then(made("own", None)).then(G)
FLOWS: dict[str, Callable[[Any], Any]] = {
    "chain": lambda flow: flow.then(A).then(G).then(B),
    "first": lambda flow: flow.then(G).then(M),
    "parallel": lambda flow: flow.parallel([A, G, M]).then(B),
    "branch": lambda flow: flow.branch([(lambda data: True, G), (lambda data: True, A)]),
    "race": lambda flow: flow.race([G, M]).map(lambda data: 1),
    "loop": lambda flow: flow.dowhile(GROW, lambda number: number < 5).then(A),
    "foreach": lambda flow: flow.map(lambda data: [1, 2, 3]).foreach(sequence(A, G, M), concurrency=2),
    "attempt": lambda flow: flow.attempt(BAD, otherwise=made("handler", "mail", lambda caught: caught["error"])),
    "nested": lambda flow: flow.then(A).then(INNER.commit()).then(B),
    "sequences": lambda flow: flow.parallel([sequence(A, M), sequence(G, B)]),
}


def flow_of(name: str) -> Workflow[Any, Any]:
    """Return a workflow by its name above."""
    begun: Any = create_workflow(id="flow", input_schema=Any, output_schema=Any)
    return FLOWS[name](begun).commit()  # type: ignore[no-any-return]


class Post:
    """Workers of one queue each, which hand a run to one another."""

    def __init__(self, workflow: Workflow[Any, Any], queues: tuple[str, ...] = QUEUES) -> None:
        """Take the workflow, and for which queues there is a worker."""
        self.store = MemoryStore()
        self.queue = workflow.flow.queue or "default"
        self.handed: list[str] = []
        self.workers: dict[str, Runtime] = {}
        for queue in queues:
            worker = Runtime(store=self.store, owner=queue, queues={queue}, hand_on=self._hand_on)
            worker.flows.add(workflow.flow)
            self.workers[queue] = worker

    async def run(self) -> RunState:
        """Begin a run, or go on with it, until it rests with nobody."""
        if not await self.store.read("r", limit=1):
            clock, start = self.workers["default"].clock, Start(input=1)
            await create_run(self.store, clock, run_id="r", workflow_id="flow", digest="", start=start)
        for _ in range(50):
            at_work[0] = self.queue
            if (state := await self.workers[self.queue].segment("r")) is not None:
                return state
        raise AssertionError("the run goes round in circles")

    async def _hand_on(self, claim: Claim, destination: Destination) -> None:
        self.queue = destination.queue
        self.handed.append(destination.queue)


@pytest.mark.parametrize("name", FLOWS)
async def test_each_step_is_executed_by_a_worker_of_its_queue(name: str) -> None:
    """Whatever is around it; and the run comes to the same as where one worker executes all of it."""
    executed.clear()
    workflow = flow_of(name)
    whole = await (await workflow.create_run()).start(input_data=1)
    alone = sorted(id for _, id in executed)
    executed.clear()
    state = await Post(workflow).run()
    assert (state.status, state.result) == (whole.status, whole.result)
    wanted = {"g": "gpu", "grow": "gpu", "bad": "gpu", "m": "mail", "handler": "mail", "own": "mail"}
    assert [queue for queue, _ in executed] == [wanted.get(id, "default") for _, id in executed]
    if name != "race":
        assert sorted(id for _, id in executed) == alone


async def test_a_worker_of_several_queues_hands_nothing_on() -> None:
    """A run stays where it is as long as that takes from the queues of its steps."""
    workflow = flow_of("chain")
    post = Post(workflow)
    post.workers = dict.fromkeys(QUEUES, Runtime(store=post.store, queues=set(QUEUES), hand_on=post._hand_on))
    post.workers["default"].flows.add(workflow.flow)
    assert (await post.run()).status == "success"
    assert post.handed == []


async def test_an_answer_is_given_where_it_was_asked_for() -> None:
    """A step that suspends is called again by a worker of its queue, whoever takes the run first."""
    executed.clear()
    workflow = create_workflow(id="flow", input_schema=Any, output_schema=Any).parallel([A, ask]).then(B).commit()
    post = Post(workflow)
    assert (await post.run()).status == "suspended"
    await record_resume(post.store, post.workers["default"].clock, "r", ("ask",), 7)
    post.queue = "gpu"
    state = await post.run()
    assert state.status in FINAL
    assert state.result == {"a": 1, "ask": 7}
    assert ("mail", "ask") in executed[-2:]
    assert not [id for queue, id in executed if queue == "gpu"]


def test_a_workflow_names_its_queues() -> None:
    """Its own, those of its steps, and those of the workflows in it."""
    assert list(queues_of(flow_of("nested").flow)) == ["default", "mail", "gpu"]
