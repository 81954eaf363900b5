"""Durations are typed as people write them, and sent as ISO 8601 has them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from playground.forms import Form, check, dumps
from playground.forms.schema.durations import UNITS, duration
from tests.forms.browser import Session

SCHEMA = {"type": "object", "properties": {"wait": {"type": "string", "format": "duration"}}}
SECONDS = {"D": 86400, "H": 3600, "M": 60, "S": 1}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90s", "PT90S"),
        ("2 h", "PT2H"),
        ("1h30m", "PT1H30M"),
        ("1 day 2 hours", "P1DT2H"),
        ("1.5 sec", "PT1.5S"),
        ("3D", "P3D"),
        ("PT5M", "PT5M"),
        ("1:30:00", "1:30:00"),
    ],
)
def test_typed(typed: str, meant: str) -> None:
    """Numbers with units are a duration, and what already is one stays as it was typed."""
    session = Session(SCHEMA)
    session.put("f/wait", typed)
    form = session.submit()
    assert (form.value, form.issues) == ({"wait": meant}, ())


@pytest.mark.parametrize("typed", ["90", "2 weeks", "1m 2h", "1h 1h", "1.5h", "soon", "h"])
def test_what_is_none_is_refused(typed: str) -> None:
    """What is no duration stays in its field with the reason."""
    session = Session(SCHEMA)
    session.put("f/wait", typed)
    assert [issue.path for issue in session.submit().issues] == [("wait",)]


@pytest.mark.parametrize("value", ["90s", "PT90S", "", "soon"])
def test_loaded_values_come_back(value: str) -> None:
    """A loaded text comes back as it is, also one that a person might have typed."""
    form = Session(SCHEMA, Form.of(SCHEMA, {"wait": value})).submit()
    assert dumps(form.value) == dumps({"wait": value})


@given(st.lists(st.integers(0, 999), min_size=4, max_size=4), st.booleans())
def test_all_units_together(numbers: list[int], words: bool) -> None:
    """Every number of every unit means as many seconds as pydantic reads from it."""
    told = [
        f"{number}{' ' if words else ''}{names[-1 if words else 0]}"
        for number, names in zip(numbers, UNITS.values(), strict=True)
    ]
    text = duration(" ".join(told))
    assert text is not None
    assert check(SCHEMA, {"wait": text}) == []
    wanted = sum(number * SECONDS[unit] for number, unit in zip(numbers, UNITS, strict=True))
    assert TypeAdapter(timedelta).validate_python(text) == timedelta(seconds=wanted)
