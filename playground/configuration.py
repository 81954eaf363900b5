"""Everything that can be set about a playground: read once, from the environment's variables, into one frozen value."""

import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

QUEUES = ("procrastinate", "celery")
TRACES = ("otlp", "console")
LOG_FORMATS = ("text", "json")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What one process of a playground was told.

    `playground.settings` makes the only one, as ``settings.STEPYARD``; where a process begins, it is taken from there
    and handed on. The options of the commands set the variables, so that the processes they start are told the same.
    """

    host: str
    """The address to listen on."""
    port: int
    workers: int
    """How many worker processes there are."""
    concurrent_runs: int
    """How many runs one worker executes at the same time; further ones wait in the queue."""
    host_name: str
    """What this machine is called among those that share a database."""
    silent: int
    """After how many seconds without a sign a worker on another machine counts as gone."""
    grace: int
    """For how many seconds a worker that is told to end goes on with its runs before it hands them back."""
    blocked_seconds: int
    """For how long user code may block a worker before it is ended and replaced; 0 is for ever."""
    db: Path
    """The file of the database, as it was given."""
    database: str = field(repr=False)
    """A database that several machines share, as a URL; without it, the file is the database."""
    redis: str = field(repr=False)
    """A Redis that carries hints between machines, as a URL; without it, the database does."""
    queue: str
    """The distributed queue that carries runs to workers; without one, workers look into the database."""
    broker: str = field(repr=False)
    """Where the broker of that queue is, for those that have one, as a URL."""
    queues: tuple[str, ...]
    """From which queues workers take; from those of the workflows that they hold, when none is named."""
    env_file: Path | None
    """A file of variables for the user's code alone: workers read it before they import anything."""
    token: str = field(repr=False)
    """The secret that a browser needs once."""
    schedules: bool
    """Whether schedules are armed that nobody has disarmed."""
    keep: int | timedelta | None
    """How many of the newest ended runs are kept, or for how long after their end; all of them, when it is None."""
    production: bool
    """Whether runs are in earnest here, so that rehearsals are refused."""
    reload: bool
    """Whether workers are replaced when the user's code changes."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    """Where connections of proxies come from whose word is taken for who asks; none, and no header is believed."""
    user_header: str
    """The header in which such a proxy names the person."""
    role_header: str
    """The header in which it says what the person may do: ``viewer`` or ``operator``."""
    allowed_hosts: tuple[str, ...]
    """Further host names under which the page may be opened, without the port."""
    max_body: int
    """The bytes that a request may have."""
    workflows: tuple[str, ...]
    """What is imported when a command names nothing."""
    debug: bool
    secret_key: str = field(repr=False)
    log_level: str
    log_format: str
    """How a line of the log is written: ``text`` or ``json``."""
    traces: str
    """Where traces of runs go by OpenTelemetry; nowhere, when it is empty."""
    worker_id: str
    """The name that the supervisor gave to this process, if it is a worker."""
    worker_after: frozenset[str]
    """The modules of the worker before this one, without which this one must not take over."""
    worker_died: frozenset[str]
    """The workers that died since a file was saved."""


def read_keep(text: str, name: str) -> int | timedelta:
    """Read how many runs are kept, or for how long.

    Raises:
        ImproperlyConfigured: it is neither; the message begins with the name.
    """
    match = re.fullmatch(r"(\d{1,6})([mhdw]?)", text, re.ASCII)
    if match is None:
        raise ImproperlyConfigured(f"{name} takes a number of runs or an age such as 12h, 30d or 8w, not {text!r}.")
    number, unit = int(match[1]), match[2]
    return number * UNITS[unit] if unit else number


def read(environment: Mapping[str, str]) -> Configuration:
    """Return what the variables say.

    Raises:
        ImproperlyConfigured: one of them says what cannot be.
    """

    def number(variable: str, default: int, least: int, most: int) -> int:
        text = environment.get(variable, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ImproperlyConfigured(f"{variable} is {text!r}; a whole number from {least} to {most} is expected.")
        return int(text)

    def switch(variable: str) -> bool:
        text = environment.get(variable) or "off"
        if text not in ("on", "off"):
            raise ImproperlyConfigured(f"{variable} is {text!r}; on or off is expected.")
        return text == "on"

    def one_of(variable: str, known: Sequence[str]) -> str:
        text = environment.get(variable, "")
        if text and text not in known:
            raise ImproperlyConfigured(f"{variable} is {text!r}; {' or '.join(known)} is expected.")
        return text

    def names(variable: str) -> frozenset[str]:
        return frozenset(json.loads(environment.get(variable, "[]")))

    def networks(variable: str) -> tuple[IPv4Network | IPv6Network, ...]:
        texts = [text.strip() for text in environment.get(variable, "").split(",") if text.strip()]
        try:
            return tuple(ip_network(text) for text in texts)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{variable}: {error}. Addresses or networks are expected, such as 127.0.0.1,10.0.0.0/8."
            ) from error

    def header(variable: str, default: str) -> str:
        name = environment.get(variable) or default
        if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
            raise ImproperlyConfigured(f"{variable} is {name!r}; the name of a header is expected, such as {default}.")
        return name.lower()

    env_file = environment.get("STEPYARD_ENV_FILE")
    return Configuration(
        host=environment.get("STEPYARD_HOST", "127.0.0.1"),
        port=number("STEPYARD_PORT", 4111, 0, 65535),
        workers=number("STEPYARD_WORKERS", 1, 0, 64),
        concurrent_runs=number("STEPYARD_CONCURRENT_RUNS", 100, 1, 10_000),
        host_name=environment.get("STEPYARD_HOST_NAME") or socket.gethostname(),
        silent=number("STEPYARD_SILENT", 3, 1, 3600),
        grace=number("STEPYARD_GRACE", 30, 0, 86_400),
        blocked_seconds=number("STEPYARD_BLOCKED_SECONDS", 60, 0, 86_400),
        db=Path(environment.get("STEPYARD_DB", ".stepyard/playground.sqlite3")),
        database=environment.get("STEPYARD_DATABASE", ""),
        redis=environment.get("STEPYARD_REDIS", ""),
        queue=one_of("STEPYARD_QUEUE", QUEUES),
        broker=environment.get("STEPYARD_BROKER", ""),
        queues=tuple(filter(None, environment.get("STEPYARD_QUEUES", "").replace(",", " ").split())),
        env_file=Path(env_file).absolute() if env_file else None,
        token=environment.get("STEPYARD_TOKEN", ""),
        schedules=switch("STEPYARD_SCHEDULES"),
        keep=read_keep(kept, "STEPYARD_KEEP") if (kept := environment.get("STEPYARD_KEEP")) else None,
        production=switch("STEPYARD_PRODUCTION"),
        reload=environment.get("STEPYARD_RELOAD", "1") != "0",
        trusted_proxies=networks("STEPYARD_TRUSTED_PROXIES"),
        user_header=header("STEPYARD_USER_HEADER", "x-forwarded-user"),
        role_header=header("STEPYARD_ROLE_HEADER", "x-forwarded-role"),
        allowed_hosts=tuple(filter(None, environment.get("STEPYARD_ALLOWED_HOSTS", "").split(","))),
        max_body=number("STEPYARD_MAX_BODY", 5 * 1024 * 1024, 1024, 1024 * 1024 * 1024),
        workflows=tuple(environment.get("PLAYGROUND_WORKFLOWS", "").replace(",", " ").split()),
        debug=environment.get("STEPYARD_DEBUG", "0") == "1",
        secret_key=environment.get("STEPYARD_SECRET_KEY", ""),
        log_level=environment.get("STEPYARD_LOG_LEVEL", "WARNING").upper(),
        log_format=one_of("STEPYARD_LOG_FORMAT", LOG_FORMATS) or "text",
        traces=one_of("STEPYARD_TRACES", TRACES),
        worker_id=environment.get("STEPYARD_WORKER_ID", ""),
        worker_after=names("STEPYARD_WORKER_AFTER"),
        worker_died=names("STEPYARD_WORKER_DIED"),
    )
