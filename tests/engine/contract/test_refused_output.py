"""What a step returned and what does not fit stands in its error, unless it may hold a secret."""

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from engine import create_step
from tests.engine.contract.tiny import begin, run_of


class Account(BaseModel):
    """What has a secret."""

    name: str
    token: SecretStr


class Thing:
    """What is no JSON."""

    def __repr__(self) -> str:
        return "<thing>"


async def error_of(schema: Any, value: Any) -> dict[str, Any]:
    """Return the error of a step that returns what does not fit its schema."""
    step = create_step(id="wrong", execute=lambda data: value, output_schema=schema)
    result = await (await run_of(begin().then(step).commit())).start(1)
    assert result.status == "failed"
    return dict(result.error_detail or {})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": 1, "b": "two"}, {"a": 1, "b": "two"}),
        (None, None),
        ([1, (2, Thing())], [1, [2, "<thing>"]]),
        ({"a": float("nan"), 1: 2**70}, {"a": "nan", "1": str(2**70)}),
        ({"a": "x" * 600}, {"a": f"{'x' * 500}…"}),
        ({"a": "\ud800"}, {"a": "\\ud800"}),
        (list(range(60)), [*range(50), "… 10 more"]),
    ],
)
async def test_the_value_is_told_in_short(value: Any, told: Any) -> None:
    """Also of what no JSON is, and of what is long."""
    error = await error_of(dict[str, int], value)
    assert (error["type"], error["value"]) == ("InvalidOutput", told)
    assert error["issues"]


async def test_what_holds_itself_has_an_end() -> None:
    """However deep it goes."""
    value: list[Any] = []
    value.append(value)
    assert "value" in await error_of(dict[str, int], value)


async def test_a_schema_with_a_secret_keeps_the_value_out() -> None:
    """Wherever in the value the secret may stand."""
    error = await error_of(list[Account], [{"name": "a", "tokn": "s3cret"}])
    assert error["type"] == "InvalidOutput"
    assert "s3cret" not in str(error)
    assert "value" not in error
