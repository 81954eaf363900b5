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


def circular(data: int) -> int:
    """Say that it wraps itself."""
    return data


circular.__wrapped__ = circular  # type: ignore[attr-defined]


def around(data: int) -> int:
    """Call what cannot be unwrapped."""
    return circular(data)


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
        pytest.param(around, "def around(data: int)", id="helper that wraps itself"),
    ],
)
def test_what_can_be_read_is_published(function: Any, expected: str | None) -> None:
    """A source begins in the first column; one that cannot be found is no problem."""
    made: Any = create_step(id="one", execute=function, input_schema=int, output_schema=int)
    source = source_of(made)
    assert bool(source) == (expected is not None)
    assert (expected or "") in source
    assert not source.startswith(" ")


def test_a_step_that_wraps_itself_has_no_source() -> None:
    """Where that came about after it was made."""

    def late(data: int) -> int:
        return data

    made: Any = create_step(id="one", execute=late)
    late.__wrapped__ = late  # type: ignore[attr-defined]
    assert source_of(made) == ""


def rate() -> float:
    """Say how much it costs."""
    return 1.19


def gross(net: float) -> float:
    """Add the tax."""
    return net * rate() if net else gross(1)


def unused() -> None:
    """Be called by nobody, though something has an attribute of this name."""


@functools.cache
def remembered() -> float:
    """Remember it."""
    return gross(1)


def test_the_helpers_of_a_step_belong_to_its_source() -> None:
    """Those of its own module, by name, in the order of the file, at any depth; no method, and none from elsewhere."""

    def total(data: Any) -> Any:
        """Use them, one of them only inside of a comprehension."""
        data.unused()
        return [gross(one) + remembered() for one in data if isinstance(made_elsewhere, object)]

    source = source_of(create_step(id="total", execute=total))
    assert [line for line in source.splitlines() if line.startswith("def ")] == [
        "def total(data: Any) -> Any:",
        "def rate() -> float:",
        "def gross(net: float) -> float:",
        "def remembered() -> float:",
    ]


made_elsewhere = pytest.raises


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
