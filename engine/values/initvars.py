"""Parts of a type that exist only while an object of it is made."""

from typing import Any


def check_init_only(core: Any) -> None:
    """Check that pydantic's core schema of a type holds no dataclass with an ``InitVar``.

    It is no part of the object, so it would be missing in the object's JSON, which then could not be read back.

    Raises:
        ValueError: it holds one, which the message names.
    """
    match core:
        case {"type": "dataclass-field", "init_only": True, "name": name}:
            raise ValueError(
                f"its InitVar {name!r} is gone when the object is made, and so is not in its JSON. Make it a field."
            )
        case dict():
            for part in core.values():
                check_init_only(part)
        case list() | tuple():
            for part in core:
                check_init_only(part)
