"""Mappings: where the parts of the next input come from, and what is said when they are not there."""

from typing import Any

import pytest
from pydantic import BaseModel

from engine import (
    Context,
    create_step,
    create_workflow,
    from_context,
    from_init,
    from_state,
    from_step,
    step,
    template,
    value,
)
from engine.errors import DefinitionError, InvalidOutput, InvalidValue, MappingFailed, StepNotRun, WiringError
from engine.tree.functions import make_function
from engine.tree.mapping_sources import Source, resolve_source
from engine.values.schema import Schema


class City(BaseModel):
    name: str


class Journal:
    """A run in which the step "fetch" gave a forecast and nothing else ran."""

    def step(self, id: str) -> Any:
        """Return the output of a step."""
        if id != "fetch":
            raise StepNotRun
        return {"celsius": 21.5, "days": [{"sky": "grey"}, {"sky": "blue"}], "none": None}

    def init(self) -> Any:
        """Return the input."""
        return {"city": "Rome", "tags": ["a", "b"]}

    def state(self) -> Any:
        """Return the state."""
        return {"count": 2}

    def context(self) -> Any:
        """Return the request context."""
        return {"user": {"id": 7}}


async def read(source: Source, data: Any = None) -> Any:
    """Return what stands behind the key "k"."""
    return await resolve_source(source, "k", Journal(), data, None)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (from_step("fetch", "days.1.sky"), "blue"),
        (from_step("fetch", "none"), None),
        (from_init("city"), "Rome"),
        (from_init("tags.0"), "a"),
        (from_init(), {"city": "Rome", "tags": ["a", "b"]}),
        (from_state("count"), 2),
        (from_state(), {"count": 2}),
        (from_context("user.id"), 7),
        (value({"fixed": [1, (2, 3)]}), {"fixed": [1, [2, 3]]}),
        (value(City(name="Rome")), {"name": "Rome"}),
        (template("{init.city}: {fetch.celsius} °C"), "Rome: 21.5 °C"),
        (template("{steps.fetch.days.0.sky} {state.count} {context.user} { init.city }"), 'grey 2 {"id": 7} Rome'),
        (template("{{init.city}} {{{init.city}}}"), "{init.city} {Rome}"),
        (template("{fetch.none} plain"), "null plain"),
        (template(""), ""),
    ],
)
async def test_a_source_gives_the_part_at_its_path(source: Source, found: Any) -> None:
    """Keys and indexes are joined by dots; a template puts in text as it is and anything else as JSON."""
    assert await read(source) == found


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            from_init("town"),
            r"mapping 'k': from_init\('town'\) found nothing at 'town'; there are the keys 'city', 'tags'",
        ),
        (from_init("tags.2"), r"from_init\('tags.2'\) found nothing at '2'; there is a list of 2"),
        (from_init("tags.-1"), "found nothing at '-1'"),
        (from_init("city.0"), "found nothing at '0'; there is 'Rome'"),
        (from_context("user.name"), r"from_context\('user.name'\) found nothing at 'name'"),
        (from_state("a.b"), r"from_state\('a.b'\) found nothing at 'a'"),
        (from_step("fetch", "none.x"), r"from_step\('fetch', 'none.x'\) found nothing at 'x'; there is None"),
        (from_step("other"), r"from_step\('other'\) has no value, because that step has not run"),
        (template("{init.town}"), r"from_init\('town'\) found nothing"),
    ],
)
async def test_an_absent_path_is_named(source: Source, message: str) -> None:
    """The error names the key of the mapping, the source, the path, and what is there instead."""
    with pytest.raises(MappingFailed, match=message):
        await read(source)


async def test_a_function_is_given_the_typed_value_before_it() -> None:
    """It may be sync or async, and may take the context."""

    async def later(data: City, ctx: Context) -> str:
        return data.name.upper()

    city = Schema.of(City)
    assert await read(make_function(lambda data: data.name, city), {"name": "Rome"}) == "Rome"
    assert await read(make_function(later, city), {"name": "Rome"}) == "ROME"
    assert await read(make_function(lambda: 3, city), {"name": "Rome"}) == 3


async def test_a_function_is_held_to_its_annotation() -> None:
    """Its data and its result are checked."""

    def wrong(data: City) -> int:
        return data.name  # type: ignore[return-value]

    function = make_function(wrong, Schema.of(None))
    with pytest.raises(InvalidOutput, match="mapping 'k': what wrong returns does not fit its annotation"):
        await read(function, {"name": "Rome"})
    with pytest.raises(InvalidValue, match="name: Field required"):
        await read(function, {})


@pytest.mark.parametrize("text", ["{init.city", "init.city}", "{}", "{ }", "{{init.city}", "{a{b}}"])
def test_a_broken_template_is_refused_where_it_is_written(text: str) -> None:
    """A brace without its partner and an empty place are errors of the definition."""
    with pytest.raises(DefinitionError, match="template"):
        template(text)


def test_a_fixed_value_must_be_json() -> None:
    """What cannot be stored with the workflow is refused where it is written."""
    with pytest.raises(DefinitionError, match=r"value\(nan\): .*nan cannot become JSON"):
        value(float("nan"))


def test_sources_are_shown_as_they_are_written() -> None:
    """Graph and messages use the words of the definition."""
    sources = [from_step("a", "b.0"), from_step("a"), from_init("x"), from_state("y"), from_context("z"), value(1)]
    assert [str(source) for source in sources] == [
        "from_step('a', 'b.0')",
        "from_step('a')",
        "from_init('x')",
        "from_state('y')",
        "from_context('z')",
        "value(1)",
    ]
    assert str(template("{init.x}")) == "template('{init.x}')"


@step
def fetch(data: City) -> City:
    """Give the input."""
    return data


def test_a_source_must_be_an_earlier_step() -> None:
    """A step that comes later or not at all is an error when the workflow is committed; templates are looked into."""
    begun = create_workflow(id="w", input_schema=City, output_schema=None)
    for source in (from_step(fetch), from_step("nowhere", "x"), template("{fetch.name}")):
        with pytest.raises(WiringError, match=r"mapping 'map-1' of workflow 'w' takes 'k' from step .* not before it"):
            begun.map({"k": source}).then(fetch).commit()
    begun.then(fetch).map({"k": from_step(fetch)}).commit()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"k": 3}, r"\.map\(\) was given 3 for 'k'\. Expected from_step"),
        ({3: value(1)}, r"\.map\(\) was given the key 3\. Keys become JSON"),
        (3, "3 is no function"),
    ],
)
def test_what_is_no_source_is_refused(mapping: Any, message: str) -> None:
    """The message says what is expected."""
    with pytest.raises(DefinitionError, match=message):
        create_workflow(id="w", input_schema=City, output_schema=None).map(mapping)


async def test_a_mapping_runs_in_a_workflow() -> None:
    """The dict form makes the next input from everywhere in the run."""
    workflow = (
        create_workflow(id="w", input_schema=City, output_schema=None)
        .then(fetch)
        .map(lambda data: [data.name, data.name])
        .map({"both": len, "init": from_init("name"), "step": from_step("map-1", "1"), "n": value(1)})
        .commit()
    )
    result = await (await workflow.create_run()).start({"name": "Rome"})
    assert result.result == {"both": 2, "init": "Rome", "step": "Rome", "n": 1}


class Inner(BaseModel):
    """A part of a model."""

    name: str
    tags: list[str] = []
    sizes: dict[str, int] = {}


class Outer(BaseModel):
    """A model with parts, one of them itself."""

    a: int
    inner: Inner
    either: Inner | int | None = None
    pair: tuple[int, Inner] = (0, Inner(name="x"))
    anything: Any = None
    again: "Outer | None" = None


class Free(BaseModel, extra="allow"):
    """A model that keeps further keys."""


@step
def outer(data: Outer) -> Outer:
    """Give it back."""
    return data


LEADING = ["", "a", "inner.name", "inner.tags.7", "inner.sizes.k", "either.name", "pair.1.name", "anything.x.0"]
LEADING += ["again.again.a", "again.inner.name"]

NOWHERE: list[tuple[str, str]] = [
    ("aa", r"at 'aa' there are the keys 'a', 'inner'.* Did you mean a\? Correct the path"),
    ("inner.names", r"at 'names' there are the keys 'name', 'tags', 'sizes'\. Did you mean name\?"),
    ("a.x", r"at 'x' there is a value of type integer\."),
    ("inner.tags.first", r"at 'first' there is a list, of which a part is taken by its index"),
    ("inner.sizes.k.x", r"at 'x' there is a value of type integer"),
    ("either.nam", r"at 'nam' there (are the keys|is a value)"),
    ("pair.2", r"at '2' there is a list of at most 2"),
    ("again.again.inner.n", r"at 'n' there are the keys"),
]


@pytest.mark.parametrize("source", [from_init, lambda path: from_step(outer, path), from_state])
def test_a_path_that_can_never_be_there_is_refused_at_commit(source: Any) -> None:
    """In the input, the state and the outputs of steps; whatever a type leaves open is left to the run."""
    begun = create_workflow(id="w", input_schema=Outer, output_schema=None, state_schema=Outer).then(outer)
    for path in LEADING:
        begun.map({"k": source(path)}).commit()
    for path, message in NOWHERE:
        told = rf"mapping 'map-1' of workflow 'w' takes 'k' from from_\w+\(.*'{path}'\), but {message}"
        with pytest.raises(WiringError, match=told):
            begun.map({"k": source(path)}).commit()


def test_a_template_is_looked_into_and_what_is_open_is_left_to_the_run() -> None:
    """So are contexts, JSON Schemas that allow further properties, and the state that steps type themselves."""
    typed = create_workflow(id="w", input_schema=Outer, output_schema=None)
    with pytest.raises(WiringError, match=r"takes 'k' from from_init\('inner.nam'\), but at 'nam'"):
        typed.map({"k": template("{init.a} {init.inner.nam}")}).commit()
    for given in (Free, None, dict[str, Any], {"type": "object", "properties": {"a": {}}}):
        create_workflow(id="w", input_schema=given, output_schema=None).map({"k": from_init("gone")}).commit()
    closed = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    with pytest.raises(WiringError, match="at 'gone' there are the keys 'a'"):
        create_workflow(id="w", input_schema=closed, output_schema=None).map({"k": from_init("gone")}).commit()
    typed.map({"k": from_context("user.name")}).commit()
    own = create_step(id="own", execute=lambda data: data, state_schema=dict[str, int])
    stated = create_workflow(id="w", input_schema=Outer, output_schema=None, state_schema=Inner)
    stated.then(own).map({"k": from_state("count")}).commit()


def test_parts_of_steps_in_loops_and_lists_are_checked_as_what_they_give() -> None:
    """A step inside a foreach gives the list of its outputs."""
    begun = create_workflow(id="w", input_schema=list[Outer], output_schema=None).foreach(outer)
    begun.map({"k": from_step(outer, "0.inner.name")}).commit()
    with pytest.raises(WiringError, match="at 'inner' there is a list"):
        begun.map({"k": from_step(outer, "inner")}).commit()
