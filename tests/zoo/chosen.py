"""Which types of the zoo a whole playground is given."""

from tests.zoo.types import FAMILIES

CHOSEN = {
    f"{family}-{number}": (spec, values[0])
    for family, types in FAMILIES.items()
    for number, (spec, *values) in enumerate(types.values())
    if number % 10 == 3
}
"""Id of a workflow -> its type and a value."""
