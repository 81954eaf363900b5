"""The formats of strings, checked as pydantic checks them: the form refuses nothing that the worker would take."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any
from uuid import UUID

from pydantic import AnyUrl, TypeAdapter, ValidationError

from engine.validation.regexes import PatternError, compiled

EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)*")
HOST = re.compile(r"(?=.{1,253}\.?\Z)[^\W_]([\w-]{0,61}[^\W_])?(\.[^\W_]([\w-]{0,61}[^\W_])?)*\.?")
POINTER = re.compile(r"(/([^~/]|~[01])*)*")
RELATIVE = re.compile(r"\d+([+-]\d+)?(#|(/([^~/]|~[01])*)*)", re.ASCII)
REFERENCE = re.compile(r"[^\s<>\"{}|\\^`]*")
TIME_ONLY = re.compile(r"\d\d:\d\d.*", re.ASCII | re.DOTALL)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
DURATION = re.compile(r"[+-]?P.+", re.DOTALL)

EXAMPLES: Mapping[str, str] = {
    "date": "2025-03-14",
    "time": "09:30:00",
    "date-time": "2025-03-14T09:30:00Z",
    "duration": "PT1H30M",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "ipvanyaddress": "192.0.2.1",
    "ipv4network": "192.0.2.0/24",
    "ipv6network": "2001:db8::/32",
    "uri": "https://example.com/page",
    "iri": "https://example.com/page",
    "uri-reference": "/page",
    "iri-reference": "/page",
    "multi-host-uri": "postgres://example.com/base",
    "uri-template": "/page/{number}",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uuid1": "123e4567-e89b-12d3-a456-426614174000",
    "uuid3": "123e4567-e89b-32d3-a456-426614174000",
    "uuid4": "123e4567-e89b-42d3-a456-426614174000",
    "uuid5": "123e4567-e89b-52d3-a456-426614174000",
    "json-pointer": "/list/0",
    "relative-json-pointer": "1/name",
    "regex": "^[a-z]+$",
    "byte": "aGVsbG8=",
    "base64": "aGVsbG8=",
    "base64url": "aGVsbG8=",
    "json-string": "{}",
    "color": "#336699",
    "decimal": "12.50",
    "month": "2025-03",
}
"""What a valid text of each format looks like."""


def _as(kind: type[Any]) -> Callable[[str], bool]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except (ValidationError, UnicodeEncodeError):
            return False
        return True

    return check


_date, _datetime, _time, _span, _uri = _as(date), _as(datetime), _as(time), _as(timedelta), _as(AnyUrl)


def _full(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _regex(text: str) -> bool:
    try:
        compiled(text)
    except PatternError:
        return False
    return True


def _encoded(text: str) -> bool:
    plain = text.replace("-", "+").replace("_", "/").rstrip("=\n")
    try:
        base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "date": lambda text: "-" in text[1:] and _date(text),
    "time": lambda text: TIME_ONLY.fullmatch(text) is not None and _time(text),
    "date-time": lambda text: "-" in text[1:] and _datetime(text),
    "duration": lambda text: (DURATION.fullmatch(text) is not None or ":" in text) and _span(text),
    "email": _full(EMAIL),
    "idn-email": _full(EMAIL),
    "hostname": _full(HOST),
    "idn-hostname": _full(HOST),
    "ipv4": _as(IPv4Address),
    "ipv6": _as(IPv6Address),
    "ipv4network": _as(IPv4Network),
    "ipv6network": _as(IPv6Network),
    "uri": _uri,
    "iri": _uri,
    "uri-reference": _full(REFERENCE),
    "uuid": _as(UUID),
    "uuid1": _as(UUID),
    "uuid3": _as(UUID),
    "uuid4": _as(UUID),
    "uuid5": _as(UUID),
    "json-pointer": _full(POINTER),
    "relative-json-pointer": _full(RELATIVE),
    "regex": _regex,
    "byte": _encoded,
    "base64": _encoded,
    "base64url": _encoded,
    "month": _full(MONTH),
    "decimal": _as(Decimal),
}


def fits(text: str, name: str) -> bool:
    """Tell whether a text has a format; a format that nobody knows fits everything."""
    check = CHECKS.get(name)
    return check is None or check(text)
