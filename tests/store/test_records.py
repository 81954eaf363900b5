"""What is kept as JSON in a row is read whatever version has written it."""

from dataclasses import MISSING, asdict, fields
from typing import Any

import pytest

from engine.scenarios.expectation import Verdict
from playground.catalogue.problems import ImportProblem
from playground.fleet.workers import Blocked
from playground.store.rows import record_from, records_from, to_text

KEPT: list[Any] = [
    Verdict(workflow="w", name="n", file="f", passed=True),
    ImportProblem(module="m", type="t", message="no"),
    Blocked(seconds=1.5),
]


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: type(one).__name__)
def test_a_record_is_read_by_another_version(kept: Any) -> None:
    """With more keys, and with fewer as long as it can be without them; otherwise there is none, and no error."""
    kind, whole = type(kept), asdict(kept)
    assert record_from(kind, {**whole, "of_tomorrow": 1}) == kept
    for field in fields(kind):
        fewer = {name: value for name, value in whole.items() if name != field.name}
        needed = field.default is MISSING and field.default_factory is MISSING
        assert (record_from(kind, fewer) is None) == needed
    assert record_from(kind, None) is None
    (found,) = records_from(kind, to_text([whole, {"of_tomorrow": 1}]))
    assert to_text(asdict(found)) == to_text(whole)
