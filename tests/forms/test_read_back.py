"""What a run has recorded fills its form again: loaded and posted untouched it is what it was."""

from typing import Any

import pytest

from engine.values.schema import Schema
from playground.forms import Form, check, dumps
from tests.engine.every_type import CASES, NAMED
from tests.forms.browser import Session

RECORDED = [(spec, values[-1]) for spec, values in [*CASES, *NAMED.values()]]


@pytest.mark.parametrize(("spec", "value"), RECORDED)
def test_a_recorded_value_is_posted_back_as_it_is(spec: Any, value: Any) -> None:
    """The form takes what the engine has recorded without an issue, and gives back the same JSON."""
    schema = Schema.of(spec)
    recorded = schema.admit(value)
    assert list(check(schema.json_schema, recorded)) == []
    posted = Session(schema.json_schema, Form.of(schema.json_schema, recorded, secrets=True)).submit()
    assert list(posted.issues) == []
    assert dumps(posted.value) == dumps(recorded)
    assert schema.admit(posted.value) == recorded
