"""The wiring check: what can never work is refused when the workflow is committed, and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    SecretStr,
    computed_field,
    field_serializer,
    model_validator,
)

from engine import (
    Context,
    clone_step,
    create_step,
    create_workflow,
    from_init,
    from_state,
    from_step,
    sequence,
    step,
    value,
)
from engine.errors import WiringError
from engine.values.schema import Schema
from engine.values.schema_match import mismatch
from engine.values.schema_paths import gap


class City(BaseModel):
    name: str


class Forecast(BaseModel):
    city: City
    celsius: float
    note: str = ""


class Both(BaseModel):
    left: Forecast
    right: int = 0


class Tree(BaseModel):
    branches: "list[Tree]" = []


class Colour(Enum):
    RED = "red"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Area(BaseModel):
    width: float

    @computed_field
    def name(self) -> str:
        return "area"


class Aliased(BaseModel):
    name: str = Field(validation_alias=AliasChoices("title", "label"))


class Renamed(BaseModel):
    name: str = Field(alias="theName")


class Filled(BaseModel):
    name: str

    @model_validator(mode="before")
    @classmethod
    def fill(cls, data: Any) -> Any:
        return {"name": "filled"}


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")


class Written(BaseModel):
    at: date

    @field_serializer("at")
    def write(self, at: date):  # type: ignore[no-untyped-def]
        return {"year": at.year}


class Point(NamedTuple):
    x: int


class Words(RootModel[list[str]]):
    pass


@dataclass
class Order:
    count: int


OPEN_OBJECT = {"type": "object", "properties": {"a": {"type": "integer"}}}

NEVER: list[tuple[Any, Any, str]] = [
    (City, int, "found object, expected integer"),
    (int, City, "found integer, expected object"),
    (int, str, "found integer, expected string"),
    (bool, str, "found boolean, expected string"),
    (None.__class__, int, "found null, expected integer"),
    (list[int], City, "found array, expected object"),
    (City, Words, "found object, expected array"),
    (Decimal, list[int], "found string, expected array"),
    (City, Forecast, "field 'city': required, but given: 'name'"),
    (Both, Forecast, "field 'city': required, but given: 'left', 'right'"),
    (list[City], list[Forecast], "each item: field 'city': required"),
    (City | None, int, "expected integer"),
    (Order, City, "field 'name': required, but given: 'count'"),
    (Renamed, City, "field 'name': required, but given: 'theName'"),
    (Cat, Dog, "field 'kind': found 'cat', expected 'dog'"),
    (Cat, Dog | int, "field 'kind': found 'cat', expected 'dog'"),
    (Literal["a", "b"], Colour, "found 'a' or 'b', expected 'red'"),
    (dict[str, int], list[int], "found object, expected array"),
    (Tree, City, "field 'name': required, but given: 'branches'"),
    ({"type": "object", "additionalProperties": False}, City, "field 'name': required, but given: no field"),
    (OPEN_OBJECT, {"type": "array"}, "found object, expected array"),
]

MAYBE: list[tuple[Any, Any]] = [
    (City, City),
    (Forecast, Extra),
    (None, City),
    (City, None),
    (dict[str, Any], City),
    (OPEN_OBJECT, City),
    (Extra, City),
    (str, int),
    (str, bool),
    (str, Decimal),
    (str, datetime),
    (int, float),
    (float, int),
    (int, bool),
    (int, timedelta),
    (float, datetime),
    (int, Decimal),
    (UUID, str),
    (str, bytes),
    (str, SecretStr),
    (City | int, int),
    (int | None, int),
    (int, int | None),
    (Cat | Dog, Annotated[Dog | int, "words"]),
    (str, Colour),
    (Literal["red", "blue"], Colour),
    (Area, City),
    (City, Aliased),
    (Order, Aliased),
    (City, Filled),
    (int, Filled),
    (Written, Written),
    (Point, Point),
    (dict[str, int], Point),
    (list[Any], list[City]),
    (tuple[int, str], list[int]),
    (set[int], list[int]),
    (list[str], Words),
    (Tree, Tree),
    (City, Order | City),
    (int, Annotated[str, BeforeValidator(str)]),
    (object, City),
    ({"type": ["object", "null"]}, City),
    ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}, int),
    ({"allOf": [{"type": "object"}]}, City),
]


@pytest.mark.parametrize(("written", "read", "message"), NEVER)
def test_what_can_never_work_is_refused(written: Any, read: Any, message: str) -> None:
    """Disjoint types, and a required field that cannot be there, are named with their place."""
    first = create_step(id="first", execute=lambda data: data, output_schema=written)
    second = create_step(id="second", execute=lambda data: data, input_schema=read)
    with pytest.raises(WiringError) as caught:
        create_workflow(id="w", input_schema=None, output_schema=None).then(first).then(second).commit()
    gives, takes = Schema.of(written).name, Schema.of(read).name
    assert str(caught.value).startswith(f"step 'first' gives {gives}, but step 'second' takes {takes}; ")
    assert message in str(caught.value)
    assert str(caught.value).endswith("Change one of the two, or put .map(...) between them.")


@pytest.mark.parametrize(("written", "read"), MAYBE)
def test_what_may_work_is_left_to_the_run(written: Any, read: Any) -> None:
    """Open types, values that pydantic converts, optional parts and a user's own validators are given the benefit."""
    assert mismatch(Schema.of(written).shape.writes, Schema.of(read).shape.reads) is None


@step
def fetch(data: City) -> Forecast:
    """Make a forecast."""
    return Forecast(city=data, celsius=20)


@step
def cities(data: City) -> list[City]:
    """Make a list."""
    return [data]


@step
def number(data: int) -> int:
    """Take a number."""
    return data


def by_city(data: City) -> bool:
    """Decide by a city."""
    return True


def later(data: City) -> float:
    """Wait by a city."""
    return 0.0


anyhow: Any = sequence
begun: Any = create_workflow(id="w", input_schema=City, output_schema=None)
NESTED: Any = create_workflow(id="nested", input_schema=int, output_schema=list[str]).map(lambda data: ["a"]).commit()
ENDS = "Change one of the two, or put .map(...) between them."


@pytest.mark.parametrize(
    ("builder", "message"),
    [
        (begun.then(number), "the input of workflow 'w' gives City, but step 'number' takes int"),
        (begun.then(NESTED), "the input of workflow 'w' gives City, but workflow 'nested' takes int"),
        (begun.map(lambda d: 1).then(NESTED).then(number), "workflow 'nested' gives list[str], but step 'number'"),
        (begun.then(fetch).parallel([cities, number]), "step 'fetch' gives Forecast, but step 'cities' takes City"),
        (begun.branch([(by_city, cities)], otherwise=number), "'w' gives City, but step 'number' takes int"),
        (begun.then(fetch).branch([(by_city, number)]), "but the condition by_city of 'branch-1' takes City"),
        (begun.parallel([anyhow(fetch, number)]), "step 'fetch' gives Forecast, but step 'number' takes int"),
        (begun.then(fetch).dowhile(cities, lambda d: False), "step 'fetch' gives Forecast, but step 'cities'"),
        (begun.dowhile(fetch, by_city), "step 'fetch' gives Forecast, but the condition by_city of 'dowhile-1' takes"),
        (
            begun.foreach(fetch),
            "gives City, but 'foreach-1' over 'fetch' takes list[City]; found object",
        ),
        (
            begun.then(cities).foreach(number),
            "gives list[City], but 'foreach-1' over 'number' takes list[int]; each",
        ),
        (begun.then(cities).foreach(anyhow(fetch, number)), "step 'fetch' gives Forecast, but step 'number' takes"),
        (begun.then(cities).foreach(fetch).then(number), "'foreach-1' gives list[Forecast], but step 'number'"),
        (begun.parallel([fetch, cities]).then(number), "'parallel-1' gives {fetch: Forecast, cities: list[City]}, but"),
        (begun.then(fetch).map(by_city), "gives Forecast, but mapping 'map-1' (by_city) takes City"),
        (
            begun.then(fetch).map({"a": by_city}),
            "gives Forecast, but mapping 'map-1' (by_city) takes City",
        ),
        (begun.map({"a": from_init()}).then(number), "mapping 'map-1' gives {a: City}, but step 'number' takes int"),
        (begun.then(fetch).sleep(later), "step 'fetch' gives Forecast, but the timer later of 'sleep-1' takes City"),
        (begun.then(fetch).sleep(1).then(number), "step 'fetch' gives Forecast, but step 'number' takes int"),
        (begun.wait_for_event("go", City).then(number), "'event-1' gives City, but step 'number' takes int"),
    ],
)
def test_every_boundary_is_checked(builder: Any, message: str) -> None:
    """Steps, arms, bodies, items, conditions, mappings, timers, events and nested workflows are held together."""
    with pytest.raises(WiringError) as caught:
        builder.commit()
    assert message in str(caught.value)
    assert str(caught.value).endswith(ENDS)


def test_the_result_must_fit_the_output_schema() -> None:
    """What the last step gives is held against what the workflow promises."""
    wrong: Any = create_workflow(id="w", input_schema=City, output_schema=Both).then(fetch)
    with pytest.raises(WiringError, match=r"step 'fetch' gives Forecast, but the output of workflow 'w' gives Both"):
        wrong.commit()


def test_a_dict_after_arms_fits_a_model_with_their_names() -> None:
    """The next step may take a model whose fields are called like the arms."""
    left, right = clone_step(fetch, id="left"), create_step(id="right", execute=lambda data: 3, output_schema=int)
    joined = create_step(id="joined", execute=lambda data: data, input_schema=Both)
    begun.parallel([left, right]).then(joined).commit()
    begun.branch([(by_city, left), (by_city, right)]).then(joined).commit()
    with pytest.raises(WiringError, match="field 'left': required, but given: 'right'"):
        begun.parallel([right]).then(joined).commit()
    with pytest.raises(WiringError, match="field 'right': found object, expected integer"):
        begun.parallel([left, clone_step(fetch, id="right")]).then(joined).commit()


def test_a_mapping_is_known_by_its_sources() -> None:
    """Whole outputs and inputs keep their types; parts and fixed values may be anything."""
    joined = create_step(id="joined", execute=lambda data: data, input_schema=Both)
    begun.then(fetch).map({"left": from_step(fetch), "right": value(3)}).then(joined).commit()
    begun.then(fetch).map({"left": from_step(fetch, "city"), "right": from_init("name")}).then(joined).commit()
    with pytest.raises(WiringError, match="field 'left': field 'city': required, but given: 'name'"):
        begun.map({"left": from_init()}).then(joined).commit()


def test_a_step_inside_foreach_gives_a_list_to_later_mappings() -> None:
    """from_step of a step in a foreach body means the list of its items' outputs."""
    listing = create_step(id="listing", execute=lambda data: data, input_schema=dict[str, list[Forecast]])
    begun.then(cities).foreach(fetch).map({"all": from_step(fetch)}).then(listing).commit()
    with pytest.raises(WiringError, match="found array, expected object"):
        begun.then(cities).foreach(fetch).map({"left": from_step(fetch)}).then(
            create_step(id="joined", execute=lambda data: data, input_schema=Both)
        ).commit()


def test_a_step_that_takes_no_data_fits_anywhere() -> None:
    """What it does not take cannot be wrong."""

    @step
    def alone(ctx: Context) -> int:
        return 1

    begun.then(fetch).then(alone).then(number).commit()


@pytest.mark.parametrize(
    "written",
    [
        {"$defs": {"n": {"$anchor": "n", "type": "integer"}}, "$ref": "#n", "type": "object"},
        {"$defs": {"a b": {"type": "integer"}}, "$ref": "#/$defs/a%20b"},
        {"$defs": {"i": {"$id": "https://a.org/i", "$ref": "#/$defs/n", "$defs": {"n": {}}}}, "$ref": "#/$defs/i"},
        {"type": "object", "patternProperties": {"^n": {}}, "additionalProperties": False},
    ],
)
def test_what_a_reference_leads_to_is_not_guessed(written: Any) -> None:
    """Anchors, identifiers and patterns leave it open what is written, and so are no reason to refuse."""
    wanted = {"type": "integer"} if "$ref" in written else {"type": "object", "required": ["name"]}
    assert mismatch(written, {"$defs": {"n": {"type": "string"}}, **wanted}) is None


class ByName(BaseModel):
    """A model whose field is read under its name, too."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    tool_calls: int = Field(0, alias="toolCalls")


class NameOnly(ByName):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)


class Changing(ByName):
    @model_validator(mode="after")
    def one_more(self) -> "Changing":
        """Make something else of what is given."""
        self.tool_calls += 1
        return self


@pytest.mark.parametrize("model", [ByName, NameOnly, Changing])
@pytest.mark.parametrize("given", [{"tool_calls": 3}, {"toolCalls": 3}, {}])
def test_a_path_is_refused_only_where_nothing_is_ever_recorded(model: type[BaseModel], given: dict[str, Any]) -> None:
    """Whatever key a field is given under, what is recorded lies where the check expects it."""
    schema = Schema.of(model)
    for recorded, shape in ((schema.admit(given), schema.shape.keeps), (schema.dump(given), schema.shape.writes)):
        assert not [key for key in recorded if gap(shape, [key])], recorded


@pytest.mark.parametrize("source", [from_state("tool_calls"), from_init("tool_calls"), from_step("seen", "tool_calls")])
def test_the_name_of_a_field_that_has_an_alias_is_told_before_a_run(source: Any) -> None:
    """JSON has the alias, also where the model reads both."""
    seen = create_step(id="seen", execute=lambda data: data, input_schema=ByName, output_schema=ByName)
    begun = create_workflow(id="w", input_schema=ByName, output_schema=dict, state_schema=ByName).then(seen)
    with pytest.raises(WiringError, match=r"there are the keys 'toolCalls'\. Did you mean toolCalls"):
        begun.map({"calls": source}).commit()
