"""The sources of steps that a worker publishes."""

import functools
from typing import Any

import pytest

from engine import create_step, create_workflow, step
from playground.worker.loading.catalogue_entries import entry_of
from playground.worker.loading.step_sources import source_of

WRITTEN: dict[str, Any] = {}
exec("def written(data: int) -> int:\n    return data\n", WRITTEN)  # noqa: S102 what has no file, as in a notebook that is gone


class Adder:
    """An object that is called like a function."""

    def __call__(self, data: int) -> int:
        """Add one."""
        return data + 1


def add(data: int, more: int = 1) -> int:
    """Add some."""
    return data + more


def odd_file() -> Any:
    """Return a function that claims to be far behind the end of a file that is there."""
    code = add.__code__.replace(co_firstlineno=1_000_000)
    return type(add)(code, globals(), "odd", add.__defaults__)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(add, "def add(data: int, more: int = 1)", id="function"),
        pytest.param(functools.partial(add, more=2), "def add(data: int, more: int = 1)", id="partial"),
        pytest.param(Adder(), "def __call__(self, data: int)", id="object"),
        pytest.param(lambda data: data, "lambda data: data", id="lambda"),
        pytest.param(WRITTEN["written"], None, id="exec"),
        pytest.param(odd_file(), None, id="line behind the end"),
        pytest.param(abs, None, id="built in"),
    ],
)
def test_what_can_be_read_is_published(function: Any, expected: str | None) -> None:
    """A source begins in the first column; one that cannot be found is no problem."""
    made: Any = create_step(id="one", execute=function, input_schema=int, output_schema=int)
    source = source_of(made)
    assert bool(source) == (expected is not None)
    assert (expected or "") in source
    assert not source.startswith(" ")


def test_steps_of_nested_workflows_have_their_own_path() -> None:
    """Decorators belong to the source; steps in loops, arms and nested workflows are found."""

    @step(timeout=5)
    def inner(data: int) -> int:
        return data

    nested = create_workflow(id="nested", input_schema=int, output_schema=int).then(inner).commit()
    outer = create_workflow(id="outer", input_schema=int, output_schema=None).parallel([nested, inner]).commit()
    sources = entry_of(outer, "flows.py").sources
    assert sorted(sources) == ["inner", "nested.inner"]
    assert sources["inner"].startswith("@step(timeout=5)\ndef inner")
