"""The text by which JSON carries what it has no form of its own for: bytes, ``nan`` and secrets."""

import base64
from collections.abc import Mapping
from typing import Any

from pydantic import EncodedBytes, EncodedStr, Secret, SecretBytes, SecretStr
from pydantic_core import PydanticSerializationUnexpectedValue

from engine.values.types.floats import TEXTS

BYTES_PREFIX = "data:;base64,"
"""Bytes that are no UTF-8 text are written as a data URI (RFC 2397), other bytes as the text that they are."""


def encode_bytes(value: Any) -> str:
    """Write bytes as text if they are UTF-8, else as a data URI."""
    try:
        text = _bytes(value).decode()
    except UnicodeDecodeError:
        return encode_bytes_apart(value)
    # Text that begins like our data URI is encoded too, or it would be read as what it only looks like.
    return encode_bytes_apart(value) if text.startswith(BYTES_PREFIX) else text


def encode_bytes_apart(value: Any) -> str:
    """Write bytes as a data URI always, to tell them from text where a value may be either."""
    return BYTES_PREFIX + base64.b64encode(_bytes(value)).decode()


def decode_bytes(value: Any) -> Any:
    """Read bytes back; what is no text passes and is refused by the schema."""
    if not isinstance(value, str):
        return value
    if not value.startswith(BYTES_PREFIX):
        return value.encode()
    return base64.b64decode(value.removeprefix(BYTES_PREFIX), validate=True)


def is_encoded(node: Mapping[str, Any]) -> bool:
    """Return whether a core schema is that of an encoded value, such as ``Base64Bytes``: decoded when it is read."""
    function = node.get("function")
    called = function.get("function") if isinstance(function, dict) else None
    return isinstance(getattr(called, "__self__", None), EncodedBytes | EncodedStr)


def decode_float(value: Any) -> Any:
    """Read the three numbers that JSON does not have; other values pass."""
    return TEXTS.get(value, value) if isinstance(value, str) else value


def times(config: Mapping[str, Any], *, as_text: bool) -> dict[str, str]:
    """Return how a model's times are written: as its configuration says if they are read back from that, else as text.

    Args:
        config: the configuration in the model's core schema.
        as_text: whether text is wanted anyway.
    """
    read = config.get("val_temporal_unit", "infer")
    written = config.get("ser_json_temporal", "seconds" if config.get("ser_json_timedelta") == "float" else "iso8601")
    if not as_text and (written == read or (written, read) in (("iso8601", "infer"), ("seconds", "infer"))):
        return {}
    return {"ser_json_temporal": "iso8601", "ser_json_timedelta": "iso8601"}


def reveal(secret: Any) -> Any:
    """Write a secret as what it hides: the next step has to know it."""
    if not isinstance(secret, (Secret, SecretStr, SecretBytes)):
        raise PydanticSerializationUnexpectedValue("expected a secret")
    hidden = secret.get_secret_value()
    return encode_bytes(hidden) if isinstance(hidden, bytes) else hidden


def _bytes(value: Any) -> bytes:
    """Return bytes; another type is for another member of the union, if there is one."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    raise PydanticSerializationUnexpectedValue("expected bytes")
