"""What loading and reading a form share: the schema, and how much of it may be opened."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from playground.forms.fields.conditions import (
    NO,
    OPEN,
    YES,
    Conditions,
    Question,
    Resolved,
    Undecided,
    is_waiting,
    replayed,
    told_branch,
)
from playground.forms.fields.field_tree import Field, Need
from playground.forms.schema.document import Place
from playground.forms.schema.field_kinds import Const, Settled
from playground.forms.schema.kind_decision import offered, settle
from playground.forms.schema.labels import is_made_of
from playground.forms.schema.shape import Shape, fold
from playground.forms.validation.check import fits
from playground.forms.values.values import Json

MAX_NODES = 3000
"""Fields that a loaded value may open; what is beyond is edited as JSON."""
MAX_LEVELS = 14
BLANK_LEVELS = 5
"""Required objects inside required objects that a blank form opens by itself."""
MAX_ROUNDS = 4
"""Times that the fields of an object follow its conditions, which may follow from those fields."""
SECONDS = 0.3


@dataclass(slots=True, kw_only=True)
class FormContext:
    """Counts the fields of one form."""

    schema: Json
    left: int = MAX_NODES
    exact: bool = False
    """Whether what a value lacks stays unset, so that it comes back as it was; else what is required is opened."""

    seconds: float = field(default_factory=lambda: SECONDS)
    """Time that is left for finding the branches of unions and the conditions that hold."""
    known: dict[tuple[int, ...], Settled] = field(default_factory=dict)
    """Places that were settled already, by the identities of their schemas, which stay alive here."""
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def put_back(self) -> "FormContext":
        """The context for a value that was there before, and comes back as it was."""
        return replace(self, exact=True)

    def field(self, place: Place, name: str = "", need: Need = Need.REQUIRED) -> Field:
        """Return the field of a place."""
        key = tuple(id(part.schema) for part in place.parts)
        if key not in self.known:
            self.known[key] = offered(settle(place))
        return Field(settled=self.known[key], name=name, need=need)

    def members(self, shape: Shape, *, chosen: bool) -> Iterator[Field]:
        """Walk the fields of an object's known properties; those that may never be there are left out.

        Args:
            shape: the object.
            chosen: whether it is the chosen alternative of a union, whose constants tell it from the others.

        """
        required = shape.required
        members = [
            self.field(place, name, Need.REQUIRED if name in required else Need.OPTIONAL)
            for name, place in shape.properties.items()
        ]
        # pydantic makes titles of names, but none for a property that is another model.
        if any(is_made_of(member.shape.title, member.name) for member in members):
            members = [replace(member, worded=not member.shape.title) for member in members]
        for member in members:
            if chosen and member.need is Need.OPTIONAL and isinstance(member.kind, Const):
                member = replace(member, need=Need.TAG)
            if not member.shape.never:
                yield member

    def spend(self) -> bool:
        """Take one field; false when there are none left."""
        self.left -= 1
        return self.left >= 0

    def fits(self, place: Place, value: Json) -> bool | None:
        """Tell whether a value fits a place; None when that could not be decided in the time that is left."""
        with self.charged():
            return fits(place, value, schema=self.schema, seconds=min(max(self.seconds, 0), 0.2))

    @contextmanager
    def charged(self) -> Iterator[None]:
        """Take the time of what runs inside from what is left."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.seconds -= time.thread_time() - start

    def effective(self, shape: Shape, value: Json) -> Resolved:
        """Return the shape of an object with those of its conditions that hold for the value.

        Raises:
            Undecided: that could not be found out; whoever asks then keeps the whole value as it is.

        """
        return self.conditions.resolve(shape, lambda question, required: self.answer(question, required, value))

    def as_shown(self, shape: Shape, held: str) -> Resolved:
        """Return the shape of an object as a page showed it, by the answers that it carried."""
        return self.conditions.resolve(shape, replayed(held))

    def answer(self, question: Question, required: frozenset[str], value: Json) -> str:
        """Return the answer to a condition for a value; one that waits for what is to come has none.

        Raises:
            Undecided: it could not be found out, in the time that is left or at all.

        """
        if not isinstance(value, dict) or is_waiting(question, required, value):
            return OPEN
        if question.test is not None:
            return YES if self.certain(question.test, value) else NO
        if not question.branches:
            return YES if question.asked <= value.keys() else NO
        fitting = (str(number) for number, branch in enumerate(question.branches) if self.certain(branch, value))
        return told_branch(question.branches, value) or next(fitting, OPEN)

    def certain(self, place: Place, value: Json) -> bool:
        """Tell whether a value fits a place.

        Raises:
            Undecided: it could not be found out, in the time that is left or at all.

        """
        found = self.fits(place, value)
        if found is None:
            raise Undecided
        return found

    def possible(self, shape: Shape) -> dict[str, Place]:
        """Return the properties that the conditions of an object could add."""
        places = [place for condition in shape.conditions for place in (condition.then, condition.other) if place]
        places += [place for places in shape.dependents.values() for place in places]
        found: dict[str, Place] = {}
        for place in places:
            found = {**fold(place).properties, **found}
        return found
