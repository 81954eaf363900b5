"""Parts of a type that exist only while an object of it is made."""

from typing import Any

from engine.values.schema_walk import CORE


def check_init_only(core: Any) -> None:
    """Check that pydantic's core schema of a type holds no dataclass with an ``InitVar``.

    It is no part of the object, so it would be missing in the object's JSON, which then could not be read back.

    Raises:
        ValueError: it holds one, which the message names.
    """
    for schema in CORE.schemas(core):
        if schema.get("type") == "dataclass-field" and schema.get("init_only"):
            raise ValueError(
                f"its InitVar {schema['name']!r} is gone when the object is made, and so is not in its JSON. Make it a "
                "field."
            )
