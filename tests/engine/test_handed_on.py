"""Values of packages that people compute with: told how they become plain ones."""

import inspect
import re
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, create_step
from engine.testing import run_to_end
from engine.values.schema import Schema
from tests.engine.contract.tiny import begin


def foreign(module: str, name: str, *bases: type) -> Any:
    """Return an object of a class that says it is another package's; so no package need be there."""
    return type(name, bases, {"__module__": module})()


GENERIC = type("generic", (), {"__module__": "numpy"})

HANDED_ON = [
    (foreign("numpy", "int64", GENERIC), ".item()"),
    (foreign("numpy", "ndarray"), ".tolist()"),
    (foreign("pandas.core.frame", "DataFrame"), '.to_dict("records")'),
    (foreign("geopandas", "GeoDataFrame", type("DataFrame", (), {"__module__": "pandas"})), '.to_dict("records")'),
    (foreign("pandas.core.series", "Series"), ".tolist()"),
    (foreign("pandas.core.indexes.base", "Index"), ".tolist()"),
    (foreign("polars.dataframe.frame", "DataFrame"), ".to_dicts()"),
    (foreign("torch", "Tensor"), ".tolist()"),
]


@pytest.mark.parametrize(("found", "how"), HANDED_ON)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"rows": [value]}])
async def test_the_error_says_how_a_value_is_handed_on(found: Any, how: str, wrap: Any) -> None:
    """Place, type, and the method that makes plain values of it, wherever it stands in what a step returns."""
    result = await run_to_end(begin().then(create_step(id="work", execute=lambda data: wrap(found))).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotSerializable")
    kind = f"{type(found).__module__}.{type(found).__qualname__}"
    assert f"a value of type {kind} cannot become JSON; hand it on with its {how}" in str(result.error)
    assert "step 'work'" in str(result.error)


class Table(BaseModel):
    """What a step declares to return."""

    rows: list[float]


@pytest.mark.parametrize(("found", "how"), HANDED_ON)
async def test_a_declared_output_says_it_too(found: Any, how: str) -> None:
    """Where a schema refuses the value, the issue at its place tells the method."""
    step = create_step(id="work", execute=lambda data: {"rows": found}, output_schema=Table)
    result = await run_to_end(begin().then(step).commit(), 1)
    (issue,) = result.error_detail["issues"]
    kind = f"{type(found).__module__}.{type(found).__qualname__}"
    assert issue["path"] == ["rows"]
    assert issue["message"].endswith(f"found {kind}, hand it on with its {how}")


async def test_payloads_chunks_and_timers_say_it() -> None:
    """Everything that a step hands out, and what a timer function gives."""
    number, how = HANDED_ON[0]

    def ask(data: Any, ctx: Context) -> Any:
        return ctx.suspend(number)

    def write(data: Any, ctx: Context) -> None:
        ctx.write(number)

    for build in (
        begin().then(create_step(id="ask", execute=ask)),
        begin().then(create_step(id="write", execute=write)),
        begin().sleep(lambda data: number),
    ):
        assert how in str((await run_to_end(build.commit(), 1)).error)


async def fetched(n: int) -> int:
    """Be called without being awaited."""
    return n


NOT_MADE = [
    (lambda: fetched(1), "coroutine", "put await before the call that made it"),
    (lambda: "a b".split, "builtin_function_or_method", "call it, with ()"),
    (lambda: fetched, "function", "call it, with ()"),
    (lambda: Table(rows=[]).model_dump, "method", "call it, with ()"),
]


@pytest.mark.parametrize(("make", "kind", "how"), NOT_MADE)
@pytest.mark.parametrize("schema", [None, int, Table, dict[str, list[int]]])
async def test_what_was_not_awaited_or_called_is_told(make: Any, kind: str, how: str, schema: Any) -> None:
    """Whether anything is declared or not, as the whole of what a step returns or inside it."""
    made = make()

    async def work(data: Any) -> Any:
        return made if schema is int else {"rows": [made]}

    result = await run_to_end(begin().then(create_step(id="work", execute=work, output_schema=schema)).commit(), 1)
    if inspect.iscoroutine(made):
        made.close()
    assert result.status == "failed"
    assert re.search(rf"{kind}( cannot become JSON;|,) {re.escape(how)}", str(result.error)), result.error


async def test_a_forgotten_return_is_told() -> None:
    """What was found, and what is likely missing; None that fits is a value like any other."""
    step = create_step(id="work", execute=lambda data: None, output_schema=int)
    result = await run_to_end(begin().then(step).commit(), 1)
    expected = "what step 'work' returned does not fit its output_schema; is a return missing?:"
    assert result.error == f"{expected}\n  Input should be a valid integer; found None"
    step = create_step(id="work", execute=lambda data: None, output_schema=type(None))
    assert (await run_to_end(begin().then(step).commit(), 1)).status == "success"


def test_other_values_are_told_as_before() -> None:
    """Only what is known to have such a method is said to have it."""
    with pytest.raises(Exception, match=r"type object cannot become JSON$"):
        Schema.of(None).dump(object())
