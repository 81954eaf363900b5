"""Types as people write them, one file for each family; each type has a name and values."""

from collections.abc import Mapping
from typing import Any

from tests.zoo.types import (
    addresses,
    collections_,
    documents,
    enums,
    generics,
    models,
    records,
    scalars,
    times,
    unions,
)

FAMILIES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    family.__name__.rpartition(".")[2].rstrip("_"): family.TYPES
    for family in (scalars, times, addresses, collections_, enums, unions, models, generics, records, documents)
}
"""Family -> name of a type -> the type, and after it values of it."""
