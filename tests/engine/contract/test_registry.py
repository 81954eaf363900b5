"""`Engine`: the registry of a program, and its way in."""

import asyncio
import inspect
import json
from typing import Any

import pytest

from engine import Engine, MemoryStore, RunSummary
from engine.errors import DuplicateId, NotCommitted, RunAlreadyStarted, UnknownRun, UnknownWorkflow
from engine.testing import FakeClock
from tests.engine.contract.tiny import add_one, ask, begin, fail


async def test_workflows_come_in_a_list() -> None:
    """They are found by their ids, in the order of registration."""
    engine = Engine([begin("a").then(add_one).commit(), begin("b").then(add_one).commit()])
    assert list(engine.workflows) == ["a", "b"]
    assert engine.workflow("b").id == "b"


async def test_workflows_come_in_a_dict_under_names() -> None:
    """They are found by id or by name."""
    engine = Engine({"first": begin("a").then(add_one).commit()})
    assert engine.workflow("first").id == engine.workflow("a").id == "a"


async def test_an_unknown_workflow_is_an_error_that_lists_the_known() -> None:
    """The message says what is registered."""
    with pytest.raises(UnknownWorkflow, match=r"'gone'.*Registered: a"):
        Engine([begin("a").then(add_one).commit()]).workflow("gone")


async def test_what_cannot_be_registered_is_an_error() -> None:
    """Two workflows of one id, and a builder that was not committed."""
    with pytest.raises(DuplicateId, match="'a'"):
        Engine([begin("a").then(add_one).commit(), begin("a").then(ask).commit()])
    with pytest.raises(NotCommitted, match=r"\.commit\(\)"):
        Engine([begin("a").then(add_one)])  # type: ignore[list-item]


async def test_a_run_is_found_by_its_id() -> None:
    """engine.runs.run() gives the run with all its ways; an unknown id is an error."""
    engine = Engine([begin("a").then(ask).commit()])
    run = await engine.workflow("a").create_run(run_id="mine", resource_id="customer-7")
    await run.start(1)
    found = await engine.run("mine")
    assert (found.run_id, found.workflow_id, found.resource_id) == ("mine", "a", "customer-7")
    assert (await found.resume(resume_data=2)).result == 2
    with pytest.raises(UnknownRun, match="'gone'"):
        await engine.run("gone")


async def test_a_run_id_is_used_once() -> None:
    """Of two runs that were made under one id only the first can be started."""
    engine = Engine([begin("a").then(add_one).commit()])
    one, two = [await engine.workflow("a").create_run(run_id="mine") for _ in range(2)]
    results = await asyncio.gather(one.start(1), two.start(5), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["RunResult", "RunExists"]
    with pytest.raises(RunAlreadyStarted):
        await one.start(1)
    assert (await two.state()).result == 2


async def test_a_new_run_has_an_id_of_its_own() -> None:
    """Ids are made up where none is given, and nothing is stored before the start."""
    engine = Engine([begin("a").then(add_one).commit()])
    one, two = [await engine.workflow("a").create_run() for _ in range(2)]
    assert one.run_id != two.run_id
    assert await engine.runs() == []


async def test_runs_are_listed_newest_first() -> None:
    """A list of summaries: which workflow, which status, when."""
    engine = Engine([begin("a").then(add_one).commit(), begin("b").then(fail).commit()], clock=FakeClock())
    for name, run_id in (("a", "1"), ("b", "2"), ("a", "3")):
        await (await engine.workflow(name).create_run(run_id=run_id)).start(1)
    runs = await engine.runs()
    assert [(run.run_id, run.workflow_id, run.status) for run in runs] == [
        ("3", "a", "success"),
        ("2", "b", "failed"),
        ("1", "a", "success"),
    ]
    assert all(isinstance(run, RunSummary) for run in runs)
    assert runs[1].error == "cannot take 1"
    assert runs[0].ended_at is not None


async def test_runs_are_filtered_and_paged() -> None:
    """By workflow, itself or by id or name, by status, so many, and after a run."""
    a, b = begin("a").then(add_one).commit(), begin("b").then(ask).commit()
    engine = Engine({"first": a, "second": b})
    for n in range(6):
        await (await engine.workflow("ab"[n % 2]).create_run(run_id=str(n))).start(n)

    async def ids(**chosen: Any) -> str:
        return "".join(run.run_id for run in await engine.runs(**chosen))

    assert await ids() == "543210"
    assert await ids(workflow="a") == await ids(workflow=a) == await ids(workflow="first") == "420"
    assert await ids(status="suspended") == "531"
    assert await ids(limit=2) == "54"
    assert await ids(limit=2, after="4") == "32"
    assert await ids(workflow="b", status="suspended", limit=1, after="5") == "3"


async def test_two_engines_share_one_store() -> None:
    """What one has run the other finds."""
    store, workflow = MemoryStore(), begin("a").then(ask).commit()
    one, two = Engine([workflow], store=store), Engine([workflow], store=store)
    run = await one.workflow("a").create_run()
    await run.start(1)
    assert (await (await two.run(run.run_id)).resume(resume_data=5)).result == 5
    assert (await run.state()).result == 5


async def test_a_run_of_a_workflow_that_is_gone() -> None:
    """A run whose workflow is not registered here is an error that says so."""
    store = MemoryStore()
    run = await Engine([begin("a").then(add_one).commit()], store=store).workflow("a").create_run()
    await run.start(1)
    with pytest.raises(UnknownWorkflow, match="'a'"):
        await Engine([begin("b").then(add_one).commit()], store=store).run(run.run_id)


async def test_a_workflow_runs_without_an_engine() -> None:
    """A workflow that is in no engine runs all the same, in memory."""
    run = await begin("a").then(add_one).commit().create_run()
    assert (await run.start(1)).result == 2


def test_an_engine_is_made_of_workflows_store_logger_and_clock() -> None:
    """Engine(workflows, *, store=None, logger=None, clock=None, production=False)."""
    parameters = list(inspect.signature(Engine).parameters.values())
    assert [(p.name, p.default, p.kind.name) for p in parameters[1:]] == [
        *((name, None, "KEYWORD_ONLY") for name in ("store", "logger", "clock")),
        ("production", False, "KEYWORD_ONLY"),
    ]
    assert isinstance(Engine([]).store, MemoryStore)


def test_a_workflow_tells_what_it_is() -> None:
    """id, description, schemas, a graph that is JSON, a digest and a Mermaid text."""
    workflow = begin("a", description="Adds.").then(add_one).commit()
    assert (workflow.id, workflow.description, workflow.input_schema) == ("a", "Adds.", {})
    assert json.loads(json.dumps(workflow.graph))["steps"][0]["id"] == "add_one"
    assert "add_one" in workflow.to_mermaid()


def test_the_digest_changes_with_graph_and_schemas_only() -> None:
    """Another step, another schema: another digest; another description: the same."""
    same = begin("a").then(add_one).commit().digest
    assert same == begin("a", description="text").then(add_one).commit().digest
    assert same != begin("a").then(ask).commit().digest
    assert same != begin("a", state_schema=dict[str, int]).then(add_one).commit().digest
