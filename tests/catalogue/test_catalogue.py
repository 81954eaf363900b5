"""The catalogue: what is current after workers with the same or other code have published."""

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import F

from engine.errors import UnknownWorkflow
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.problems import ImportProblem
from playground.graph.tree import read_tree
from playground.models import Worker
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.worker.worker_row import OwnRow

pytestmark = pytest.mark.django_db(transaction=True)


def entry(workflow_id: str, digest: str = "d1", **changes: Any) -> WorkflowEntry:
    """Return a workflow with one step."""
    graph = {"id": workflow_id, "input_schema": {"type": "integer"}, "output_schema": {}, "steps": []}
    return replace(WorkflowEntry(workflow_id=workflow_id, digest=digest, graph=graph, module="a.py"), **changes)


async def publish(*entries: WorkflowEntry, site: str = "a.py", worker: str = "w", failed: tuple[str, ...] = ()) -> None:
    """Publish as a worker that has just started."""
    if not await in_transaction(Worker.objects.filter(worker_id=worker).exists):
        await in_database(OwnRow(worker, "here").create, [site])
        # On a machine of its own, since this process can only be one of the workers.
        await in_transaction(Worker.objects.filter(worker_id=worker).update, host=worker)
    problems = [ImportProblem(module=module, type="SyntaxError", message="bad") for module in failed]
    await catalogue.publish(entries, problems, worker_id=worker, site=[site])
    await in_transaction(OwnRow(worker, "here").ready)


async def current() -> list[tuple[str, str]]:
    """Return ids and digests of the current workflows."""
    return [(one.workflow_id, one.digest) for one in await catalogue.workflows()]


async def test_a_new_version_takes_the_place_of_the_old() -> None:
    """One version of a workflow is current; older ones are found by digest, and a version may come back."""
    await publish(entry("a"), entry("b"))
    await publish(entry("a", "d2"), entry("b"))
    assert await current() == [("a", "d2"), ("b", "d1")]
    old = await catalogue.version("a", "d1")
    assert old is not None
    assert (old.digest, old.current) == ("d1", False)
    await publish(entry("a"), entry("b"))
    assert await current() == [("a", "d1"), ("b", "d1")]


async def test_while_a_worker_imports_a_workflow_is_perhaps_only_not_there_yet() -> None:
    """Whoever comes in the first second is told to try again."""
    with pytest.raises(UnknownWorkflow, match=r"There are: none\. No worker has imported code yet: try again"):
        await catalogue.workflow("a")
    await in_database(OwnRow("w", "here").create, ["a.py"])
    with pytest.raises(UnknownWorkflow, match="A worker still imports code: try again in a moment"):
        await catalogue.workflow("a")
    await publish(entry("b"))
    with pytest.raises(UnknownWorkflow, match=r"There are: b$"):
        await catalogue.workflow("a")


async def test_an_unknown_digest_gives_the_latest_version() -> None:
    """A run whose version is not known is shown with what is known; nothing is known of an unknown workflow."""
    await publish(entry("a"))
    latest = await catalogue.version("a", "unknown")
    assert latest is not None
    assert latest.digest == "d1"
    assert await catalogue.version("nowhere", "d1") is None
    with pytest.raises(UnknownWorkflow, match="There are: a"):
        await catalogue.workflow("nowhere")


async def test_order_and_words_follow_the_code() -> None:
    """Workflows stand in the order of the modules, and a changed description needs no new digest."""
    await publish(entry("b"), entry("a"))
    assert await current() == [("b", "d1"), ("a", "d1")]
    await publish(entry("a", description="a\0\ud800"), entry("b"))
    assert await current() == [("a", "d1"), ("b", "d1")]
    assert (await catalogue.workflow("a")).description == "a\\0\\ud800"


async def test_a_module_that_fails_keeps_its_workflows() -> None:
    """What a module or a package held stays current while it does not import; what others held goes."""
    await publish(entry("a"), entry("b", module="b.py"), entry("c", module="pkg.c"))
    await publish(failed=("a.py", "pkg"))
    assert await current() == [("a", "d1"), ("c", "d1")]
    assert [problem.module for problem in await catalogue.import_errors()] == ["a.py", "pkg"]
    await publish(entry("a"))
    assert await catalogue.import_errors() == []


async def test_a_workflow_that_is_not_there_may_be_in_a_module_that_fails() -> None:
    """Whoever asks for it is told of the module, and why it does not import."""
    await publish(entry("one"), failed=("b.py",))
    with pytest.raises(UnknownWorkflow, match=r"'two'\. There are: one\. b\.py does not import \(SyntaxError: bad\)$"):
        await catalogue.workflow("two")


async def test_two_playgrounds_share_a_database() -> None:
    """A second site leaves the first one's workflows alone while a worker of it lives, and replaces them after."""
    await publish(entry("a"), site="a.py", worker="wa")
    await publish(entry("b"), site="b.py", worker="wb")
    assert await current() == [("a", "d1"), ("b", "d1")]
    await in_transaction(OwnRow("wa", "here").ended)
    await publish(entry("b"), site="b.py", worker="wb")
    assert await current() == [("b", "d1")]


async def test_a_silent_worker_holds_no_place() -> None:
    """A worker that was not heard of for long does not keep its workflows current."""
    await publish(entry("a"), site="a.py", worker="wa")
    silent = Worker.objects.filter(worker_id="wa")
    await in_transaction(lambda: silent.update(heartbeat_at=Now() - 2 * catalogue.SILENT, started_at=F("started_at")))
    await publish(entry("b"), site="b.py", worker="wb")
    assert await current() == [("b", "d1")]


GRAPH = {
    "steps": [
        {"type": "parallel", "id": "p", "arms": [
            {"type": "sequence", "id": "s", "steps": [{"type": "step", "id": "a"}]},
            {"type": "loop", "id": "l", "body": {"type": "step", "id": "b"}},
        ]},
        {"type": "branch", "id": "br", "arms": [{"condition": "x", "node": {"type": "step", "id": "c"}}],
         "otherwise": {"type": "foreach", "id": "f", "body": {"type": "workflow", "id": "inner", "workflow": {
             "steps": [{"type": "step", "id": "ask", "resume_schema": {"type": "integer"}},
                       {"type": "event", "id": "e", "name": "paid", "schema": {"type": "number"}}]}}}},
    ]
}  # fmt: skip


def test_a_path_leads_to_its_node() -> None:
    """Nodes are found at every depth, through branches, loops, items and nested workflows."""
    for path in (("a",), ("b",), ("c",), ("inner",), ("inner", 0), ("inner", 2, "ask")):
        node = read_tree(GRAPH).at(path)
        assert node is not None
        assert node.id == [part for part in path if isinstance(part, str)][-1]
    for path in ((), ("nowhere",), ("a", "b"), ("inner", "nowhere"), ("ask",)):
        assert read_tree(GRAPH).at(path) is None


def test_schemas_of_answers_and_events() -> None:
    """The schema of an answer is that of the step; a step without one takes anything; events are found anywhere."""
    assert catalogue.resume_schema(GRAPH, ("inner", 1, "ask")) == {"type": "integer"}
    assert catalogue.resume_schema(GRAPH, ("b",)) == {}
    assert catalogue.resume_schema(GRAPH, ("nowhere",)) == {}
    assert catalogue.event_schemas(GRAPH, "paid") == {("inner", "e"): {"type": "number"}}
    assert catalogue.event_schemas(GRAPH, "nothing") == {}
    assert catalogue.event_schema(GRAPH, ("inner", 1, "e")) == {"type": "number"}
    assert catalogue.event_schema(GRAPH, ("nowhere",)) == {}
