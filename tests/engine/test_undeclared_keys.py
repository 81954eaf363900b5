"""Keys of dicts whose type says nothing of them: text is read back as it was, and what is no text is refused."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.dataclasses import dataclass
from typing_extensions import TypeAliasType

from engine import create_step, create_workflow
from engine.errors import InvalidInput, NotSerializable
from engine.testing import run_to_end
from engine.values.schema import Schema
from engine.values.types.round_trip import same

Anything = TypeAliasType("Anything", Any)


class Kind(Enum):
    CARD = "card"


class Word(StrEnum):
    YES = "yes"


class Held(BaseModel):
    by_key: dict  # type: ignore[type-arg]


@dataclass
class Counted:
    by_key: Counter  # type: ignore[type-arg]


SPECS: list[Any] = [
    *(dict, dict[Any, int], dict[object, int], dict[Any, Any], dict[Hashable, int], dict[TypeVar("T"), int]),  # type: ignore[misc]
    *(dict[Anything, int], Mapping, Mapping[Any, int], MutableMapping[Hashable, int], Counter, OrderedDict),
    *(defaultdict[Any, int], dict[Any, int] | None),
]
AROUND: list[Any] = [
    (lambda spec: spec, lambda value: value),
    (lambda spec: list[spec], lambda value: [value]),
    (lambda spec: dict[str, spec], lambda value: {"in": value}),
    (lambda spec: dict[Any, spec], lambda value: {"in": value}),
    (lambda spec: dict[int, spec], lambda value: {1: value}),
    (lambda spec: tuple[int, spec], lambda value: (1, value)),
]
KEYS: list[Any] = [7, True, None, 1.5, Decimal("1.10"), date(2026, 1, 1), UUID(int=1), Kind.CARD, b"raw"]


@settings(deadline=None)
@given(st.sampled_from(SPECS), st.sampled_from(AROUND), st.sampled_from([*KEYS, "", "7", "None", "é\n", Word.YES]))
def test_a_key_comes_back_as_it_was_or_is_refused(spec: Any, around: Any, key: Any) -> None:
    """Nothing that is no text becomes text in silence; the error names the key and what to write."""
    schema = Schema.of(around[0](spec))
    value = around[1](Counter([key]) if spec is Counter else {key: 1})
    if isinstance(key, str):
        written = schema.dump(value)
        assert same(schema.load(written), schema.load(schema.enter(value)))
        return
    with pytest.raises(NotSerializable, match="read back as text, since this dict says nothing of its keys; declare"):
        schema.dump(value)


@pytest.mark.parametrize(
    ("spec", "value", "said"),
    [
        (
            dict,
            {1: "a"},
            r"output: the key 1 of type int would .* declare the keys, as in dict\[int, \.\.\.\]",
        ),
        (
            list[dict[Any, int]],
            [{}, {date(2026, 1, 1): 1}],
            r"output\[1\]: the key datetime.date\(2026, 1, 1\)",
        ),
        (Held, Held(by_key={Kind.CARD: 1}), r"output\.by_key: the key <Kind.CARD: 'card'> of type"),
        (Counted, Counted(by_key=Counter([404])), r"output\.by_key: the key 404 of type int"),
        (None, {(1, 2): "x"}, r"output: the key \(1, 2\) of type tuple would .*; use a list of pairs, or give text"),
        (list[Any], [{(): 1}], r"output\[0\]: the key \(\) of type tuple"),
        (dict, {(1, 2): "x"}, r"output: the key \(1, 2\) of type tuple"),
        (dict[int, dict[Any, int]], {1: {1: 2}}, r"output: the key 1 of type int"),
    ],
)
def test_the_error_names_the_place_and_the_key(spec: Any, value: Any, said: str) -> None:
    """The place is left out where the same key stands elsewhere too, and may be declared there."""
    with pytest.raises(NotSerializable, match=said):
        Schema.of(spec).dump(value)


async def test_a_run_tells_of_such_a_key_wherever_it_is_given() -> None:
    """As input, where no run is made, and as what a step returns, where the step is named."""
    flow = create_workflow(id="w", input_schema=dict, output_schema=None)
    count = create_step(id="count", execute=lambda data: {len(data): "items"}, output_schema=dict)
    workflow = flow.then(count).commit()
    result = await run_to_end(workflow, {"a": 1})
    assert result.error is not None
    assert "the key 1 of type int" in result.error
    assert "(returned by step 'count')" in result.error
    with pytest.raises(InvalidInput, match="the key 1 of type int"):
        await run_to_end(workflow, {1: "a"})


def test_what_has_no_schema_is_json() -> None:
    """Where nothing at all is declared, keys become text as dates do: JSON has nothing else."""
    for spec in (None, Any, list[Any]):
        value: Any = {1: "a", date(2026, 1, 1): "b"}
        written = Schema.of(spec).dump([value] if spec == list[Any] else value)
        assert written in ({"1": "a", "2026-01-01": "b"}, [{"1": "a", "2026-01-01": "b"}])
