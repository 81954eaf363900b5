"""Where a shared database is: a URL such as ``postgres://user:password@host:5432/name`` as Django's settings."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

EXPECTED = "postgres://USER:PASSWORD@HOST:5432/NAME"
VARIABLE = "STEPYARD_DATABASE"

NOTICED = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "application_name": "stepyard",
}
"""So that a server that vanished without a word, as with its machine, is noticed within seconds."""

PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:]*)(:(?P<port>[0-9]{1,5}))?")


def postgres(url: str) -> dict[str, Any]:
    """Return the settings of a database on PostgreSQL.

    Several hosts with commas between are tried in turn; what follows a question mark is handed to the driver, as in
    ``?sslmode=verify-full&target_session_attrs=read-write``.

    Raises:
        ImproperlyConfigured: this is no such URL; the message never shows the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise _wrong(f"begins with {_scheme(url)!r}")
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    places = [PLACE.fullmatch(place) for place in parts.netloc.rpartition("@")[2].split(",")]
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise _wrong("names no database after the host")
    if any(place is None for place in places):
        raise _wrong("has no host and port that can be read")
    found = [place for place in places if place is not None]
    return {
        "ENGINE": "playground.postgres",
        "NAME": name,
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": ",".join(unquote(place["host"]).strip("[]") for place in found),
        "PORT": ",".join(place["port"] or "5432" for place in found),
        "OPTIONS": NOTICED | dict(parse_qsl(parts.query)),
    }


def place(settings: dict[str, Any]) -> str:
    """Return where a database is, for people: the path of its file, or its URL without the password."""
    if not settings.get("HOST"):
        return str(settings["NAME"])
    user = f"{settings['USER']}@" if settings["USER"] else ""
    hosts = zip(settings["HOST"].split(","), settings["PORT"].split(","), strict=True)
    return f"postgres://{user}{','.join(f'{host}:{port}' for host, port in hosts)}/{settings['NAME']}"


def _scheme(url: str) -> str:
    return url.partition(":")[0] if "://" in url else url[:12]


def _wrong(found: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{VARIABLE} {found}; a URL such as {EXPECTED} is expected. "
        "Characters such as @ : / in a password are written %40 %3A %2F."
    )
