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
LONGEST_KEPT = timedelta(days=36_500)
LONGEST_NUMBER = 20
"""In digits; Python refuses to read thousands of them."""


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
    silent: float
    """After how many seconds without a sign a worker on another machine counts as gone; each gives several."""
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


def read_keep(text: str, name: str, *, least: int) -> int | timedelta:
    """Read how many runs are kept, or for how long.

    Args:
        text: what is to be read.
        name: what the text was given for, with which messages begin.
        least: the smallest number, of runs and of units of time.

    Raises:
        ImproperlyConfigured: it is neither, or less than that, or a time beyond `LONGEST_KEPT`.
    """
    match = re.fullmatch(r"(\d{1,9})([mhdw]?)", text, re.ASCII)
    if match is None:
        raise ImproperlyConfigured(f"{name} takes a number of runs or an age such as 12h, 30d or 8w, not {text!r}.")
    number, unit = int(match[1]), match[2]
    if number < least:
        raise ImproperlyConfigured(f"{name} is {text!r}, which keeps nothing; {least}{unit} is the least.")
    if unit and number > LONGEST_KEPT // UNITS[unit]:
        raise ImproperlyConfigured(f"{name} is {text!r}; {LONGEST_KEPT // UNITS[unit]}{unit} is the longest.")
    return number * UNITS[unit] if unit else number


@dataclass(frozen=True, slots=True)
class _Variables:
    """The environment's variables, each read as what it is to be.

    Every method raises ImproperlyConfigured with the variable's name, what was found and what is expected.
    """

    environment: Mapping[str, str]

    def text(self, variable: str, default: str = "") -> str:
        return self.environment.get(variable, default)

    def words(self, variable: str) -> tuple[str, ...]:
        """Names with commas or spaces between them."""
        return tuple(self.text(variable).replace(",", " ").split())

    def number(self, variable: str, default: int, least: int, most: int) -> int:
        text = self.text(variable, str(default))
        read = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        if not read or not least <= int(text) <= most:
            raise ImproperlyConfigured(f"{variable} is {text!r}; a whole number from {least} to {most} is expected.")
        return int(text)

    def seconds(self, variable: str, default: float, least: int, most: int) -> float:
        text = self.text(variable, str(default))
        if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text, re.ASCII) or not least <= float(text) <= most:
            raise ImproperlyConfigured(
                f"{variable} is {text!r}; seconds from {least} to {most} are expected, such as 2.5."
            )
        return float(text)

    def switch(self, variable: str) -> bool:
        text = self.text(variable) or "off"
        if text not in ("on", "off"):
            raise ImproperlyConfigured(f"{variable} is {text!r}; on or off is expected.")
        return text == "on"

    def one_of(self, variable: str, known: Sequence[str]) -> str:
        text = self.text(variable)
        if text and text not in known:
            raise ImproperlyConfigured(f"{variable} is {text!r}; {' or '.join(known)} is expected.")
        return text

    def names(self, variable: str) -> frozenset[str]:
        """A list as JSON, as one process of Stepyard hands it to another."""
        return frozenset(json.loads(self.text(variable, "[]")))

    def networks(self, variable: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(text) for text in self.words(variable))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{variable}: {error}. Addresses or networks are expected, such as 127.0.0.1,10.0.0.0/8."
            ) from error

    def header(self, variable: str, default: str) -> str:
        name = self.text(variable) or default
        if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
            raise ImproperlyConfigured(f"{variable} is {name!r}; the name of a header is expected, such as {default}.")
        return name.lower()

    def keep(self, variable: str) -> int | timedelta | None:
        text = self.text(variable)
        return read_keep(text, variable, least=1) if text else None

    def file(self, variable: str) -> Path | None:
        text = self.text(variable)
        return Path(text).absolute() if text else None


def read(environment: Mapping[str, str]) -> Configuration:
    """Return what the variables say.

    Raises:
        ImproperlyConfigured: one of them says what cannot be.
    """
    given = _Variables(environment)
    return Configuration(
        host=given.text("STEPYARD_HOST", "127.0.0.1"),
        port=given.number("STEPYARD_PORT", 4111, 0, 65535),
        workers=given.number("STEPYARD_WORKERS", 1, 0, 64),
        concurrent_runs=given.number("STEPYARD_CONCURRENT_RUNS", 100, 1, 10_000),
        host_name=given.text("STEPYARD_HOST_NAME") or socket.gethostname(),
        silent=given.seconds("STEPYARD_SILENT", 2.5, 2, 3600),
        grace=given.number("STEPYARD_GRACE", 30, 0, 86_400),
        blocked_seconds=given.number("STEPYARD_BLOCKED_SECONDS", 60, 0, 86_400),
        db=Path(given.text("STEPYARD_DB", ".stepyard/playground.sqlite3")),
        database=given.text("STEPYARD_DATABASE"),
        redis=given.text("STEPYARD_REDIS"),
        queue=given.one_of("STEPYARD_QUEUE", QUEUES),
        broker=given.text("STEPYARD_BROKER"),
        queues=given.words("STEPYARD_QUEUES"),
        env_file=given.file("STEPYARD_ENV_FILE"),
        token=given.text("STEPYARD_TOKEN"),
        schedules=given.switch("STEPYARD_SCHEDULES"),
        keep=given.keep("STEPYARD_KEEP"),
        production=given.switch("STEPYARD_PRODUCTION"),
        reload=given.text("STEPYARD_RELOAD", "1") != "0",
        trusted_proxies=given.networks("STEPYARD_TRUSTED_PROXIES"),
        user_header=given.header("STEPYARD_USER_HEADER", "x-forwarded-user"),
        role_header=given.header("STEPYARD_ROLE_HEADER", "x-forwarded-role"),
        allowed_hosts=given.words("STEPYARD_ALLOWED_HOSTS"),
        max_body=given.number("STEPYARD_MAX_BODY", 5 * 1024 * 1024, 1024, 1024 * 1024 * 1024),
        workflows=given.words("PLAYGROUND_WORKFLOWS"),
        debug=given.text("STEPYARD_DEBUG", "0") == "1",
        secret_key=given.text("STEPYARD_SECRET_KEY"),
        log_level=given.text("STEPYARD_LOG_LEVEL", "WARNING").upper(),
        log_format=given.one_of("STEPYARD_LOG_FORMAT", LOG_FORMATS) or "text",
        traces=given.one_of("STEPYARD_TRACES", TRACES),
        worker_id=given.text("STEPYARD_WORKER_ID"),
        worker_after=given.names("STEPYARD_WORKER_AFTER"),
        worker_died=given.names("STEPYARD_WORKER_DIED"),
    )
