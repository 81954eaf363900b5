"""What the conditions of an object add to it: a list of questions, whose answers a page can carry and replay."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from playground.forms.schema.document import Part, Place
from playground.forms.schema.field_kinds import Anything, Choice, Const
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.shape import Shape, fold
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json

MAX_QUESTIONS = 300
"""Conditions of one object that are asked, those inside conditions included."""
MAX_DEPTH = 6
"""Levels of `not`, `anyOf` and the like that are looked through for the names that a condition asks about."""
OPEN = "-"
"""The answer of a condition that nothing decides yet, so that nothing is added."""
YES, NO = "1", "0"


Key: TypeAlias = tuple[int, ...]
"""The identities of the schemas of a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that is decided by what an object holds, and what each answer adds to the object."""

    asked: frozenset[str]
    """The names that the answer depends on, which no answer may fix: else nobody could change it."""
    adds: Mapping[str, Place]
    """What holds for each answer."""
    test: Place | None = None
    """What the whole object must fit for the answer yes."""
    branches: tuple[Place, ...] = ()
    """Of which one must fit; the answer is its number. Without these and a test, the name must be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An object's shape with what its conditions add, and the answers that lead to it."""

    shape: Shape
    held: str = ""
    """The answers in the order of the questions, with a point between them."""


class Undecided(Exception):
    """Whether a condition holds could not be found out, in the time that is left or at all."""


Answer: TypeAlias = Callable[[Question, frozenset[str]], str]
"""Answers a question about an object, given the names that it must have."""


def is_conditional(shape: Shape) -> bool:
    """Tell whether the fields of an object depend on what it holds."""
    return bool(shape.conditions or shape.dependents)


def replayed(held: str) -> Answer:
    """Return what gives recorded answers again, in their order."""
    answers = iter(held.split("."))
    return lambda question, required: next(answers, OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of one schema's objects; what was found out of a place once is kept."""

    known: dict[Key, tuple[Shape, tuple[Question, ...]]] = field(default_factory=dict)
    joined: dict[tuple[Key, str], Resolved] = field(default_factory=dict)

    def resolve(self, shape: Shape, answer: Answer) -> Resolved:
        """Return the shape of an object with what the answers to its conditions add."""
        if not is_conditional(shape):
            return Resolved(shape=shape)
        asked = list(self._answered(shape, answer))
        held = ".".join(said for _, said in asked)
        key = (_key(shape.place), held)
        if key not in self.joined:
            self.joined[key] = Resolved(shape=_joined(shape, asked), held=held)
        return self.joined[key]

    def _answered(self, shape: Shape, answer: Answer) -> Iterator[tuple[Question, str]]:
        """Walk the questions with their answers; what an answer adds may ask further ones."""
        met = {id(part.schema) for part in shape.place.parts}
        required = shape.required
        waiting = list(self._of(shape.place)[1])
        for _ in range(MAX_QUESTIONS):
            if not waiting:
                return
            question = waiting.pop(0)
            said = answer(question, required)
            yield question, said
            place = question.adds.get(said)
            if place and not met.issuperset(_key(place)):
                met.update(_key(place))
                more, questions = self._of(place)
                required |= more.required
                waiting += [*questions, *map(_choice, more.unions)]

    def _of(self, place: Place) -> tuple[Shape, tuple[Question, ...]]:
        key = _key(place)
        if key not in self.known:
            shape = fold(place)
            self.known[key] = shape, tuple(_questions(shape))
        return self.known[key]


def _key(place: Place) -> Key:
    return tuple(id(part.schema) for part in place.parts)


def _questions(shape: Shape) -> Iterator[Question]:
    for condition in shape.conditions:
        adds = {YES: condition.then, NO: condition.other}
        told = frozenset(name for name, _ in asked_of(condition.test)) | fold(condition.test).required
        yield Question(asked=told, test=condition.test, adds={said: place for said, place in adds.items() if place})
    for name, places in shape.dependents.items():
        yield Question(asked=frozenset((name,)), adds={YES: all_of(places)})


def _choice(branches: tuple[Place, ...]) -> Question:
    """Return the question for a union that a condition adds; its branches are told by what they name."""
    told = frozenset(name for branch in branches for name, place in fold(branch).properties.items() if given(place))
    return Question(asked=told, branches=branches, adds={str(number): one for number, one in enumerate(branches)})


def all_of(places: Iterable[Place]) -> Place:
    """Return the place where the parts of all hold."""
    return Place(parts=tuple(part for place in places for part in place.parts))


def _joined(shape: Shape, asked: list[tuple[Question, str]]) -> Shape:
    """Fold what was added into the shape; the names that are asked about stay as free as they were."""
    added = all_of(place for question, said in asked if (place := question.adds.get(said)))
    known = set(_key(shape.place))
    fresh = Place(parts=tuple(part for part in added.parts if id(part.schema) not in known))
    whole = fold(shape.place.plus(fresh)) if fresh.parts else shape
    names = dict.fromkeys(name for question, _ in asked for name in sorted(question.asked))
    free = {name: place for name in names if (place := _free(name, shape, whole, asked))}
    return replace(whole, properties={**whole.properties, **free}) if free else whole


def _free(name: str, shape: Shape, whole: Shape, asked: list[tuple[Question, str]]) -> Place | None:
    """Return the place of a name that conditions ask about, without what their answers fix of it."""
    found = whole.properties.get(name)
    if found is None and whole.closed:
        return None
    if found and not given(found) and not fold(found).never:
        return None
    others = [question.adds.get(said) for question, said in asked if name not in question.asked]
    places = [shape.properties.get(name), *(fold(place).properties.get(name) for place in others if place)]
    rest = all_of(place for place in places if place)
    if rest.parts and not isinstance(settle(rest).kind, Anything):
        return rest
    options = [option for option in _options(name, (question for question, _ in asked)) if option is not None]
    return rest.plus(Place(parts=(Part(schema={"enum": options}, resolver=None),))) if options else rest


def _options(name: str, questions: Iterable[Question]) -> Iterator[Json]:
    """Walk the values that conditions name for a property, each once."""
    met = set()
    for question in questions:
        places = [place for asked, place in asked_of(question.test) if asked == name] if question.test else []
        places += [place for add in question.adds.values() if (place := fold(add).properties.get(name))]
        for value in (value for place in places for value in given(place)):
            if dumps(value) not in met:
                met.add(dumps(value))
                yield value


def asked_of(test: Place, depth: int = 0) -> Iterator[tuple[str, Place]]:
    """Walk the properties that a test looks at, with what it wants of each."""
    shape = fold(test)
    yield from shape.properties.items()
    if depth < MAX_DEPTH:
        inner = [place for branches in shape.unions for place in branches]
        if "not" in shape.facts and test.parts:
            inner.append(test.parts[0].at(shape.facts["not"]))
        for place in inner:
            yield from asked_of(place, depth + 1)


def is_waiting(question: Question, required: frozenset[str], value: Json) -> bool:
    """Tell whether an answer must wait for a value that is to come: one that is required, and not there yet."""
    return isinstance(value, dict) and any(name in required and name not in value for name in question.asked)


def given(place: Place) -> list[Json]:
    """Return the values that a place names, none when it takes others, too."""
    match settle(place).kind:
        case Const(value=value):
            return [value]
        case Choice(options=options):
            return [value for _, value in options]
        case _:
            return []


def is_given(place: Place, value: Json) -> bool | None:
    """Tell whether a value is one that a place names; None when it names none."""
    values = given(place)
    return any(one == value for one in values) if values else None


def told_branch(branches: Iterable[Place], value: Mapping[str, Json]) -> str | None:
    """Return the number of the branch that the values of an object name, if they name one."""
    for number, branch in enumerate(branches):
        named = fold(branch).properties
        told = [is_given(place, value[name]) for name, place in named.items() if name in value]
        if True in told and False not in told:
            return str(number)
    return None
