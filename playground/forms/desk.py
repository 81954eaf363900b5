"""What loading and reading a form share: the schema, and how much of it may be opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from playground.forms.check import is_valid
from playground.forms.document import Place
from playground.forms.nodes import Field, Need, field_of
from playground.forms.shape import Shape, fold
from playground.forms.values import Json

MAX_NODES = 3000
"""Fields that a loaded value may open; what is beyond is edited as JSON."""
MAX_LEVELS = 14
BLANK_LEVELS = 5
"""Required objects inside required objects that a blank form opens by itself."""
MAX_ROUNDS = 4


@dataclass(slots=True, kw_only=True)
class Desk:
    """Counts the fields of one form."""

    schema: Json
    left: int = MAX_NODES
    exact: bool = False
    """Whether what a value lacks stays unset, so that it comes back as it was; else what is required is opened."""

    def spend(self) -> bool:
        """Take one field; false when there are none left."""
        self.left -= 1
        return self.left >= 0

    def fits(self, place: Place, value: Json) -> bool:
        """Tell whether a value fits a place."""
        return is_valid(place, value, schema=self.schema)

    def effective(self, shape: Shape, value: Json) -> Shape:
        """Return the shape of an object with those of its conditions that hold for the value."""
        for _ in range(MAX_ROUNDS):
            known = {id(part.schema) for part in shape.place.parts}
            further = [part for place in self.holding(shape, value) for part in place.parts]
            parts = tuple(part for part in further if id(part.schema) not in known)
            if not parts:
                return shape
            shape = fold(Place(parts=shape.place.parts + parts))
        return shape

    def holding(self, shape: Shape, value: Json) -> Iterator[Place]:
        """Walk what the conditions of a shape add for a value."""
        for condition in shape.conditions:
            place = condition.then if self.fits(condition.test, value) else condition.other
            if place is not None:
                yield place
        for name, places in shape.dependents.items():
            if isinstance(value, dict) and name in value:
                yield from places


def members_of(shape: Shape) -> Iterator[Field]:
    """Walk the fields of an object's known properties; those that may never be there are left out."""
    for name, place in shape.properties.items():
        field = field_of(place, name, Need.REQUIRED if name in shape.required else Need.OPTIONAL)
        if not field.shape.never:
            yield field
