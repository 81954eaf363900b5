"""The state of a run."""

import asyncio
from typing import Annotated, Any

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

from engine import Context, Engine, MemoryStore, create_step, step
from engine.errors import InvalidInput
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import begin, run_of


class Renamed(BaseModel):
    """Fields that have another name in JSON."""

    calls: int = Field(default=0, alias="callCount")
    tokens: int = Field(default=0, validation_alias=AliasChoices("used", "spent"))
    hidden: str = Field(default="", exclude=True)
    raw: bytes = b""


class Tally(BaseModel):
    count: int = 0
    names: list[str] = []


def setting(id: str, **changes: Any) -> Any:
    """Return a step that changes the state."""

    async def execute(data: Any, ctx: Context) -> Any:
        ctx.set_state(**changes)
        return data

    return create_step(id=id, execute=execute)


def reading(read: Any, id: str = "read", **options: Any) -> Any:
    """Return a step that gives what ``read(ctx)`` sees."""
    return create_step(id=id, execute=lambda data, ctx: read(ctx), **options)


async def test_changes_are_merged_at_once() -> None:
    """What a step has set it sees itself at once, and later steps see it; other keys stay."""

    async def work(data: Any, ctx: Context) -> Any:
        ctx.set_state(a=1, b=1)
        ctx.set_state(b=2)
        return ctx.state

    workflow = begin().then(create_step(id="work", execute=work)).then(reading(lambda ctx: ctx.state)).commit()
    result = await run_to_end(workflow, 1, initial_state={"z": 0})
    assert result.steps["work"].output == result.result == {"z": 0, "a": 1, "b": 2}
    assert dict(result.state) == {"z": 0, "a": 1, "b": 2}


async def test_a_sync_step_sees_its_own_change_at_once() -> None:
    """set_state() from a thread has taken effect when it returns."""

    @step
    def work(data: Any, ctx: Context) -> Any:
        ctx.set_state(a=1)
        return ctx.state

    assert (await run_to_end(begin().then(work).commit(), 1)).result == {"a": 1}


async def test_changes_are_recorded() -> None:
    """Each change is an event of its step."""
    run = await run_of(begin().then(setting("one", a=1)).then(setting("two", b=2)).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert [(event.path, event.payload) for event in collector.of("state-changed")] == [
        (("one",), {"changes": {"a": 1}}),
        (("two",), {"changes": {"b": 2}}),
    ]


async def test_parallel_arms_merge_key_by_key() -> None:
    """Arms that change the state at once lose nothing of each other."""
    all_have_read = asyncio.Barrier(3)

    def arm(id: str) -> Any:
        async def execute(data: Any, ctx: Context) -> None:
            assert ctx.state == {}
            await all_have_read.wait()
            ctx.set_state(**{id: 1, "last": id})

        return create_step(id=id, execute=execute)

    result = await run_to_end(begin().parallel([arm("a"), arm("b"), arm("c")]).commit(), 1)
    assert {key: result.state[key] for key in "abc"} == {"a": 1, "b": 1, "c": 1}
    assert result.state["last"] in "abc"


async def test_threads_merge_key_by_key() -> None:
    """A hundred sync items lose nothing of each other."""

    def execute(data: int, ctx: Context) -> None:
        ctx.set_state(**{f"k{data}": data})

    workflow = begin().foreach(create_step(id="put", execute=execute), concurrency=20).commit()
    result = await run_to_end(workflow, list(range(100)))
    assert dict(result.state) == {f"k{n}": n for n in range(100)}


async def test_the_state_is_of_the_state_schemas_type() -> None:
    """ctx.state is an object of the schema, with its defaults; without a schema a dict."""
    seen = []
    workflow = begin(state_schema=Tally).then(reading(lambda ctx: seen.append(ctx.state))).commit()
    await run_to_end(workflow, 1, initial_state={"count": 3})
    assert seen == [Tally(count=3, names=[])]
    assert (await run_to_end(begin().then(reading(lambda ctx: ctx.state)).commit(), 1)).result == {}


async def test_a_step_may_see_the_state_by_a_schema_of_its_own() -> None:
    """state_schema of a step counts before the workflow's."""
    seen = []
    workflow = begin().then(reading(lambda ctx: seen.append(ctx.state), state_schema=Tally)).commit()
    await run_to_end(workflow, 1, initial_state={"count": 3})
    assert seen == [Tally(count=3, names=[])]


async def test_changes_are_validated() -> None:
    """A change that does not fit fails the step with field errors, and nothing is changed."""
    workflow = begin(state_schema=Tally).then(setting("wrong", count="many")).commit()
    result = await run_to_end(workflow, 1, initial_state={"count": 3})
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidState")
    assert result.error_detail["issues"][0]["path"] == ["count"]
    assert result.state["count"] == 3


class Named(BaseModel):
    """A state with a field that JSON has under another name, and one that takes either."""

    calls: int = Field(default=0, alias="toolCalls")
    seen: int = Field(default=0, validation_alias=AliasChoices("seen", "Seen"), serialization_alias="seenOut")


class Loose(TypedDict, total=False):
    """A state without a model."""

    count: int


@pytest.mark.parametrize("schema", [Named, Annotated[Named, "by field"]])
@pytest.mark.parametrize("initial", [{}, {"toolCalls": 1, "seen": 1}])
@pytest.mark.parametrize("changes", [{"calls": 2}, {"toolCalls": 2}, {"Seen": 2}, {"calls": 2, "Seen": 3}])
async def test_a_change_goes_by_the_fields_name_or_its_alias(
    schema: Any, initial: dict[str, int], changes: dict[str, int]
) -> None:
    """Either names the field, whatever was there before, and a second time too."""
    seen: list[Named] = []
    parts = [setting("set", **changes), setting("again", **changes), reading(lambda ctx: seen.append(ctx.state))]
    flow = begin(state_schema=schema)
    for part in parts:
        flow = flow.then(part)
    result = await run_to_end(flow.commit(), 1, initial_state=initial)
    assert result.status == "success", result.error
    before = initial.get("seen", 0)
    changes = {"seen" if name == "Seen" else name: value for name, value in changes.items()}
    assert seen[0].calls == changes.get("calls", changes.get("toolCalls", initial.get("toolCalls", 0)))
    assert seen[0].seen == changes.get("seen", before)


@pytest.mark.parametrize(
    ("schema", "more"), [(Tally, {}), (Tally, {"count": 1}), (Loose, {}), (Loose, {"count": 1}), (Named, {"calls": 1})]
)
async def test_a_name_that_the_schema_does_not_have_fails_the_step(schema: Any, more: dict[str, int]) -> None:
    """It can only be a mistake, and its value would be lost; what is set beside it is not set either."""
    result = await run_to_end(begin(state_schema=schema).then(setting("wrong", cuont=2, **more)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidState")
    assert (
        f"{schema.__name__} has no 'cuont'. {'There are: ' if schema is Named else 'Did you mean count?'}"
        in result.error
    )
    assert not result.state.get("count")


async def test_a_change_that_cannot_become_json_is_an_error() -> None:
    """The state is JSON like every value."""
    result = await run_to_end(begin().then(setting("wrong", thing=object())).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotSerializable")


async def test_the_state_that_is_read_is_a_copy() -> None:
    """Only set_state() changes the state."""

    async def spoil(data: Any, ctx: Context) -> None:
        ctx.state["list"].append(99)

    workflow = begin().then(create_step(id="spoil", execute=spoil)).then(reading(lambda ctx: ctx.state)).commit()
    assert (await run_to_end(workflow, 1, initial_state={"list": [1]})).result == {"list": [1]}


async def test_what_was_set_is_a_copy() -> None:
    """Changing an object after it was set does not change the state."""

    async def work(data: Any, ctx: Context) -> Any:
        mine = [1]
        ctx.set_state(list=mine)
        mine.append(2)
        return ctx.state

    assert (await run_to_end(begin().then(create_step(id="work", execute=work)).commit(), 1)).result == {"list": [1]}


async def test_the_state_is_shared_with_nested_workflows() -> None:
    """A nested step reads and changes the state of the run."""
    inner = begin("inner").then(setting("set", b=2)).then(reading(lambda ctx: ctx.state)).commit()
    result = await run_to_end(begin().then(setting("first", a=1)).then(inner).commit(), 1)
    assert result.result == dict(result.state) == {"a": 1, "b": 2}


async def test_a_nested_workflow_may_see_the_state_by_a_schema_of_its_own() -> None:
    """The state is one, and each workflow reads it as its own type."""
    seen = []
    inner = begin("inner", state_schema=Tally).then(reading(lambda ctx: seen.append(ctx.state))).commit()
    workflow = begin().then(setting("first", count=2)).then(inner).commit()
    assert (await run_to_end(workflow, 1)).status == "success"
    assert seen == [Tally(count=2, names=[])]


async def test_the_initial_state_is_validated() -> None:
    """An initial state that does not fit is InvalidInput with field errors, and no run is made."""
    engine = Engine([begin(state_schema=Tally).then(setting("one", count=1)).commit()])
    run = await engine.workflow("tiny").create_run()
    with pytest.raises(InvalidInput, match="count") as caught:
        await run.start(1, initial_state={"count": "many"})
    assert caught.value.issues[0].path == ("count",)
    assert await engine.runs() == []


async def test_the_state_outlives_a_suspension() -> None:
    """Another engine that resumes the run finds the state as it was."""

    async def work(data: Any, ctx: Context) -> Any:
        if ctx.resume_data is None:
            ctx.set_state(asked=True)
        ctx.suspend()
        return ctx.state

    workflow, store = begin().then(create_step(id="work", execute=work)).commit(), MemoryStore()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    await run.start(1, initial_state={"n": 1})
    result = await (await Engine([workflow], store=store).run(run.run_id)).resume(resume_data=1)
    assert result.result == {"n": 1, "asked": True}


async def test_a_change_of_a_failed_attempt_stays() -> None:
    """What was set was recorded at once; a later failure of the step does not take it back."""

    async def work(data: Any, ctx: Context) -> None:
        ctx.set_state(tried=True)
        raise ValueError("after all")

    result = await run_to_end(begin().then(create_step(id="work", execute=work)).commit(), 1)
    assert (result.status, dict(result.state)) == ("failed", {"tried": True})


@dataclass
class Counted:
    """A dataclass with a field that has another name in JSON."""

    calls: int = Field(default=0, alias="callCount")


@pytest.mark.parametrize(
    ("changes", "attribute", "recorded"),
    [
        ({"calls": 1}, 1, {"callCount": 1}),
        ({"callCount": 1}, 1, {"callCount": 1}),
        ({"calls": 1, "raw": b"\xff"}, 1, {"callCount": 1}),
        ({"tokens": 2}, 0, {"used": 2}),
        ({"hidden": "x"}, 0, {}),
    ],
)
async def test_a_field_is_set_by_either_of_its_names(changes: Any, attribute: int, recorded: Any) -> None:
    """What a step sets it sees as the attribute, and it is recorded under the name in JSON."""
    for kind in (Renamed, type("Open", (Renamed,), {"model_config": ConfigDict(populate_by_name=True)})):

        async def work(data: Any, ctx: Context) -> int:
            ctx.set_state(**changes)
            return ctx.state.calls

        work_step = create_step(id="work", execute=work, state_schema=kind)
        result = await run_to_end(begin(state_schema=kind).then(work_step).commit(), 1)
        assert (result.status, result.result) == ("success", attribute)
        assert {key: result.state[key] for key in recorded} == recorded


async def test_a_field_of_a_dataclass_is_set_by_either_of_its_names() -> None:
    """As that of a model is."""
    for changes in ({"calls": 3}, {"callCount": 3}):
        workflow = begin(state_schema=Counted).then(setting("set", **changes)).commit()
        assert dict((await run_to_end(workflow, 1)).state)["callCount"] == 3


@pytest.mark.parametrize("kind", [Tally, Renamed, Counted])
async def test_a_change_that_the_state_has_no_place_for_is_refused(kind: Any) -> None:
    """pydantic passes over what a model does not have; a keyword that nothing would be left of is a mistake."""
    result = await run_to_end(begin(state_schema=kind).then(setting("set", cals=1)).commit(), 1)
    assert result.status == "failed"
    assert result.error is not None
    assert f"{kind.__name__} has no 'cals'." in result.error
    assert ("Did you mean calls?" in result.error) is (kind is not Tally)
