"""Results, and what they tell of errors."""

import json
from dataclasses import FrozenInstanceError
from datetime import datetime
from typing import Any, get_args

import pytest

from engine import Context, Engine, MemoryStore, RunResult, create_step, create_workflow
from engine.errors import InvalidInput, UnknownRun
from engine.events import RunStatus
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, ask, asking, begin, double, fail, run_of


async def test_a_success_as_json() -> None:
    """run_id, workflow_id, status, input, result, and each step with its values, times and attempts."""
    result = await run_to_end(begin().then(add_one).commit(), 1)
    data = json.loads(json.dumps(result.to_dict()))
    assert {key: data[key] for key in ("workflow_id", "status", "input", "result")} == {
        "workflow_id": "tiny",
        "status": "success",
        "input": 1,
        "result": 2,
    }
    assert data["run_id"] == result.run_id
    only = data["steps"]["add_one"]
    assert {key: only[key] for key in ("status", "input", "output", "attempts")} == {
        "status": "success",
        "input": 1,
        "output": 2,
        "attempts": 1,
    }
    assert datetime.fromisoformat(only["started_at"]) <= datetime.fromisoformat(only["ended_at"])
    assert "error" not in data
    assert "suspended" not in data


async def test_a_suspension_as_json() -> None:
    """The paths that are suspended, and what each asks."""
    run = await run_of(begin().then(ask).commit())
    data = (await run.start(1)).to_dict()
    assert (data["status"], data["suspended"]) == ("suspended", [["ask"]])
    assert data["steps"]["ask"]["status"] == "suspended"
    assert data["steps"]["ask"]["suspend_payload"] == {"about": 1}
    assert "result" not in data


async def test_a_failure_as_json() -> None:
    """The message at the step and at the run, and the detail: type, message, traceback and cause."""
    result = await run_to_end(begin().then(fail).commit(), 1)
    data = json.loads(json.dumps(result.to_dict()))
    assert (data["status"], data["error"], data["steps"]["fail"]["error"]) == ("failed",) + ("cannot take 1",) * 2
    detail = data["error_detail"]
    assert (detail["type"], detail["message"], detail["cause"]) == ("ValueError", "cannot take 1", None)
    assert set(detail["traceback"][-1]) == {"file", "line", "function", "code", "user"}
    assert "result" not in data


async def test_the_traceback_marks_the_users_frames() -> None:
    """The user's own lines are marked, the library's are not, and the engine's are left out."""

    async def parse(data: Any) -> Any:
        return json.loads("{")

    result = await run_to_end(begin().then(create_step(id="parse", execute=parse)).commit(), 1)
    frames = result.error_detail["traceback"]
    assert [frame["function"] for frame in frames if frame["user"]] == ["parse"]
    assert frames[0]["code"] == 'return json.loads("{")'
    assert frames[0]["file"] == __file__
    assert any(frame["function"] == "decode" and not frame["user"] for frame in frames)
    assert not any("/engine/" in frame["file"] and "tests" not in frame["file"] for frame in frames)


async def test_causes_notes_and_groups_are_kept() -> None:
    """The chain of causes, the notes, and the exceptions of a group."""

    async def work(data: Any) -> None:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            error = ExceptionGroup("outer", [ValueError("a"), ValueError("b")])
            error.add_note("look here")
            raise error from inner

    detail = (await run_to_end(begin().then(create_step(id="work", execute=work)).commit(), 1)).error_detail
    assert detail["cause"]["type"] == "KeyError"
    assert detail["notes"] == ["look here"]
    assert [part["message"] for part in detail["errors"]] == ["a", "b"]


async def test_values_of_a_result_are_json() -> None:
    """Input, result and the steps' values are JSON, whatever the schemas' types are."""

    async def pair(data: int) -> tuple[int, frozenset[int]]:
        return data, frozenset([data])

    workflow = create_workflow(id="w", input_schema=int, output_schema=None).then(create_step(id="pair", execute=pair))
    result = await run_to_end(workflow.commit(), 5)
    assert result.result == result.steps["pair"].output == [5, [5]]


async def test_a_result_is_frozen() -> None:
    """A result cannot be changed."""
    result = await run_to_end(begin().then(add_one).commit(), 1)
    with pytest.raises(AttributeError):
        result.status = "failed"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        result.steps["add_one"].output = 9  # type: ignore[misc]
    with pytest.raises(TypeError):
        result.steps["add_one"] = None  # type: ignore[index]


async def test_changing_a_value_of_a_result_does_not_change_the_run() -> None:
    """What the caller does with the values it was given stays its own affair."""
    run = await run_of(begin().then(create_step(id="make", execute=lambda data: {"list": [1]})).then(ask).commit())
    result = await run.start({"n": 1})
    result.steps["make"].output["list"].append(2)
    result.steps["ask"].suspend_payload["about"] = "changed"
    result.input["n"] = 99
    again = await run.state()
    assert (again.input, again.steps["make"].output) == ({"n": 1}, {"list": [1]})
    assert again.steps["ask"].suspend_payload == {"about": {"list": [1]}}


async def test_a_failing_step_never_makes_start_raise() -> None:
    """The result says failed."""
    assert (await (await run_of(begin().then(fail).commit())).start(1)).status == "failed"


double_all = create_step(id="double_all", execute=lambda data: {key: 2 * value for key, value in data.items()})


async def test_invalid_input_raises_and_leaves_nothing_behind() -> None:
    """Field errors at start(); no half-made run in the store."""
    engine = Engine(
        [create_workflow(id="w", input_schema=dict[str, int], output_schema=None).then(double_all).commit()]
    )
    run = await engine.workflow("w").create_run()
    with pytest.raises(InvalidInput, match="the input does not fit workflow 'w'") as caught:
        await run.start({"a": "text"})
    assert [issue.path for issue in caught.value.issues] == [("a",)]
    assert await engine.runs() == []
    with pytest.raises(UnknownRun):
        await engine.run(run.run_id)
    assert (await run.start({"a": 2})).result == {"a": 4}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [object()]}, r"a\[0\]: a value of type object cannot become JSON"),
        ({"a": float("nan")}, r"a: nan cannot become JSON here"),
        (b"\xff", "bytes that are not UTF-8 cannot become JSON here"),
    ],
)
async def test_input_that_cannot_become_json_is_invalid_too(value: Any, message: str) -> None:
    """With the place and the type, and nothing is left behind."""
    engine = Engine([begin().then(ask).commit()])
    run = await engine.workflow("tiny").create_run()
    with pytest.raises(InvalidInput, match=message) as caught:
        await run.start(value)
    assert len(caught.value.issues) == 1
    assert await engine.runs() == []


async def test_what_no_schema_takes_is_named_by_its_field() -> None:
    """An object that is no JSON stands in a field, and the error says in which."""
    workflow = create_workflow(id="w", input_schema=dict[str, int], output_schema=None).then(double_all).commit()
    with pytest.raises(InvalidInput) as caught:
        await (await workflow.create_run()).start({"a": 1, "b": object()})
    assert [issue.path for issue in caught.value.issues] == [("b",)]


@pytest.mark.parametrize("given", [5, ["a"], "text", {"a": object()}])
async def test_a_request_context_is_a_dict(given: Any) -> None:
    """Anything else is invalid input, and nothing is left behind."""
    engine = Engine([begin().then(ask).commit()])
    run = await engine.workflow("tiny").create_run()
    with pytest.raises(InvalidInput, match="request context"):
        await run.start(1, request_context=given)
    assert await engine.runs() == []


async def test_the_statuses_of_a_run() -> None:
    """pending before it starts, running while a step runs, suspended while it asks, success at the end."""
    seen: list[str] = []

    async def look(data: Any, ctx: Context) -> Any:
        seen.append((await (await engine.run(ctx.run_id)).state()).status)
        return data

    engine = Engine([begin().then(ask).then(create_step(id="look", execute=look)).commit()])
    run = await engine.workflow("tiny").create_run()
    seen.append((await run.state()).status)
    seen.append((await run.start(1)).status)
    seen.append((await run.resume(resume_data=2)).status)
    assert seen == ["pending", "suspended", "running", "success"]


def test_a_status_is_one_of_these_words() -> None:
    """No run has another status."""
    assert get_args(RunStatus) == (
        "pending",
        "running",
        "waiting",
        "suspended",
        "paused",
        "success",
        "failed",
        "canceled",
    )


async def test_steps_stand_in_the_order_in_which_they_began() -> None:
    """Keys of steps are written paths, in the order of their beginning."""
    inner = begin("inner").then(double).commit()
    result = await run_to_end(begin().then(add_one).then(inner).then(asking("last")).commit(), 1, answers={"last": 0})
    assert list(result.steps) == ["add_one", "inner", "inner.double", "last"]


async def test_state_is_the_result_of_this_moment() -> None:
    """run.state() gives what start() gave, also through another engine."""
    store, workflow = MemoryStore(), begin().then(ask).commit()
    run = await run_of(workflow, store=store)
    result = await run.start(1)
    assert isinstance(result, RunResult)
    assert (await run.state()).to_dict() == result.to_dict()
    other = await Engine([workflow], store=store).run(run.run_id)
    assert (await other.state()).to_dict() == result.to_dict()
