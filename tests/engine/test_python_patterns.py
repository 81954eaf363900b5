"""Patterns that Python's own engine searches: what they mean is the same, and none of them is searched for ever."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from engine.errors import InvalidValue
from engine.values.schema import Schema

ENDLESS = r"^(\w+\s?)*\1$"
TEXT = "ab " * 40 + "!"
COMPILED = Annotated[str, Field(pattern=re.compile(ENDLESS))]
PYTHON = ConfigDict(regex_engine="python-re")


class Plain(BaseModel):
    """A field with a pattern."""

    model_config = PYTHON
    v: Annotated[str, Field(pattern=ENDLESS)]


class Either(BaseModel):
    """A pattern behind a union."""

    model_config = PYTHON
    v: Annotated[str, Field(pattern=ENDLESS)] | int | None


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (COMPILED, TEXT),
        (list[COMPILED], ["abab", TEXT]),
        (dict[COMPILED, int], {TEXT: 1}),
        (COMPILED | int, TEXT),
        (Plain, {"v": TEXT}),
        (Either, {"v": TEXT}),
        (list[Plain | Either], [{"v": TEXT}]),
    ],
)
def test_no_pattern_is_searched_for_ever(spec: Any, value: Any) -> None:
    """Wherever it stands, a text that would be searched for hours is refused, also on the way out."""
    schema = Schema.of(spec)
    with pytest.raises(InvalidValue):
        schema.load(value)
    with pytest.raises(InvalidValue):
        schema.dump(value)


@pytest.mark.parametrize("flags", [re.NOFLAG, re.IGNORECASE, re.ASCII, re.MULTILINE, re.VERBOSE | re.DOTALL])
@pytest.mark.parametrize("pattern", ["^b", "b$", r"\d{2}(?=x)", r"(a)\1", r"^\w+ # words", "é|ß", "", r"(?i:B).C"])
def test_what_is_found_is_what_pydantic_finds(pattern: str, flags: re.RegexFlag) -> None:
    """The same texts are taken and refused, in the same words."""
    spec = Annotated[str, Field(pattern=re.compile(pattern, flags), max_length=12)]
    schema, own = Schema.of(spec), TypeAdapter(spec)
    for text in ("", "b", "B", "ab", "aab", "12x", "١٢x", "é ß", "É", "a\nb", "b\n\nc", "b" * 13):
        assert said(schema.load, text) == said(schema.dump, text) == said(own.validate_python, text)


def said(read: Callable[[str], str], text: str) -> str | list[str]:
    """Return what is read, or what is said against it."""
    try:
        return read(text)
    except InvalidValue as error:
        return [issue.message for issue in error.issues]
    except ValidationError as error:
        return [one["msg"] for one in error.errors()]
