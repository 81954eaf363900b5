"""What can be set about a playground, and how it is read."""

import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from playground.configuration import LONGEST_KEPT, Configuration, read
from playground.queues.choosing import further_apps
from playground.worker.heartbeat import BEAT
from tests.command.running import ROOT, environment

DEFAULTS = read({})
PROXIES = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("STEPYARD_HOST", "::1", "host", "::1"),
        ("STEPYARD_PORT", "0", "port", 0),
        ("STEPYARD_WORKERS", "3", "workers", 3),
        ("STEPYARD_CONCURRENT_RUNS", "7", "concurrent_runs", 7),
        ("STEPYARD_HOST_NAME", "here", "host_name", "here"),
        ("STEPYARD_SILENT", "9.5", "silent", 9.5),
        ("STEPYARD_GRACE", "0", "grace", 0),
        ("STEPYARD_BLOCKED_SECONDS", "0", "blocked_seconds", 0),
        ("STEPYARD_DB", "a b.db", "db", Path("a b.db")),
        ("STEPYARD_DATABASE", "postgres://u:p@h/n", "database", "postgres://u:p@h/n"),
        ("STEPYARD_REDIS", "redis://h", "redis", "redis://h"),
        ("STEPYARD_QUEUE", "celery", "queue", "celery"),
        ("STEPYARD_BROKER", "redis://h", "broker", "redis://h"),
        ("STEPYARD_QUEUES", "fast, slow", "queues", ("fast", "slow")),
        ("STEPYARD_ENV_FILE", "/x/.env", "env_file", Path("/x/.env")),
        ("STEPYARD_ENV_FILE", "", "env_file", None),
        ("STEPYARD_TOKEN", "t", "token", "t"),
        ("STEPYARD_SCHEDULES", "on", "schedules", True),
        ("STEPYARD_PRODUCTION", "on", "production", True),
        ("STEPYARD_KEEP", "30d", "keep", timedelta(days=30)),
        ("STEPYARD_KEEP", "500", "keep", 500),
        ("STEPYARD_RELOAD", "0", "reload", False),
        ("STEPYARD_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8", "trusted_proxies", PROXIES),
        ("STEPYARD_USER_HEADER", "X-Auth-User", "user_header", "x-auth-user"),
        ("STEPYARD_ROLE_HEADER", "X-Auth-Groups", "role_header", "x-auth-groups"),
        ("STEPYARD_ALLOWED_HOSTS", "a.test,,b.test", "allowed_hosts", ("a.test", "b.test")),
        ("STEPYARD_MAX_BODY", "1024", "max_body", 1024),
        ("PLAYGROUND_WORKFLOWS", "a.py, pkg.b  c", "workflows", ("a.py", "pkg.b", "c")),
        ("STEPYARD_DEBUG", "1", "debug", True),
        ("STEPYARD_SECRET_KEY", "k", "secret_key", "k"),
        ("STEPYARD_LOG_LEVEL", "info", "log_level", "INFO"),
        ("STEPYARD_LOG_FORMAT", "json", "log_format", "json"),
        ("STEPYARD_TRACES", "otlp", "traces", "otlp"),
        ("STEPYARD_WORKER_ID", "w1", "worker_id", "w1"),
        ("STEPYARD_WORKER_AFTER", '["m"]', "worker_after", frozenset({"m"})),
        ("STEPYARD_WORKER_DIED", '["w0"]', "worker_died", frozenset({"w0"})),
    ],
)
def test_a_variable_sets_one_field(variable: str, text: str, field: str, value: object) -> None:
    """Each variable sets its own field, and the others stay as they are by default."""
    assert read({variable: text}) == replace(DEFAULTS, **{field: value})


def test_every_field_has_a_variable() -> None:
    """No field is left that nothing sets."""
    (table,) = [mark for mark in test_a_variable_sets_one_field.pytestmark if mark.name == "parametrize"]
    assert {row[2] for row in table.args[1]} == {field.name for field in fields(Configuration)}


@pytest.mark.parametrize("text", ["", "x", "-1", "65536", "1.5", "٣", "9" * 5000])
def test_a_number_that_cannot_be_is_refused(text: str) -> None:
    """The message says which variable, what it is, and what is expected."""
    with pytest.raises(ImproperlyConfigured, match=re.escape(f"STEPYARD_PORT is {text!r}; a whole number from 0 to")):
        read({"STEPYARD_PORT": text})


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [
        ("STEPYARD_TRUSTED_PROXIES", "proxy.test", "Addresses or networks are expected, such as 127.0.0.1,10.0.0.0/8"),
        ("STEPYARD_TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("STEPYARD_USER_HEADER", "X User", "'X User'; the name of a header is expected, such as x-forwarded-user"),
    ],
)
def test_what_says_who_asks_is_checked(variable: str, text: str, told: str) -> None:
    """A mistake there would let everybody in, or nobody."""
    with pytest.raises(ImproperlyConfigured, match=re.escape(told)):
        read({variable: text})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("30 days", "STEPYARD_KEEP takes a number of runs or an age such as 12h, 30d or 8w, not '30 days'."),
        ("9" * 5000, "STEPYARD_KEEP takes a number of runs or an age such as 12h, 30d"),
        ("0", "STEPYARD_KEEP is '0', which keeps nothing; 1 is the least."),
        ("000h", "STEPYARD_KEEP is '000h', which keeps nothing; 1h is the least."),
        ("999999w", "STEPYARD_KEEP is '999999w'; 5214w is the longest."),
        ("36501d", "STEPYARD_KEEP is '36501d'; 36500d is the longest."),
    ],
)
def test_what_is_kept_is_a_number_or_an_age(text: str, told: str) -> None:
    """Whatever else it says would delete what was not meant, or is no time that a database knows, so it is refused."""
    with pytest.raises(ImproperlyConfigured, match=re.escape(told)):
        read({"STEPYARD_KEEP": text})


def test_all_is_kept_unless_something_is_said() -> None:
    """What is empty says nothing; the longest age is one that can be counted back from today."""
    assert read({"STEPYARD_KEEP": ""}).keep is None
    assert read({"STEPYARD_KEEP": "36500d"}).keep == LONGEST_KEPT
    assert datetime.now(UTC) - LONGEST_KEPT < datetime.now(UTC)


@pytest.mark.parametrize("text", ["0", "1", "1.9", "3600.1", "2,5", "1e3", "nan", "-3", "9" * 5000])
def test_no_shorter_silence_than_two_signs_of_life(text: str) -> None:
    """A worker gives one a second, so a second without one says nothing."""
    with pytest.raises(ImproperlyConfigured, match=f"STEPYARD_SILENT is '{text}'; seconds from 2 to 3600 are expected"):
        read({"STEPYARD_SILENT": text})
    assert read({"STEPYARD_SILENT": "2"}).silent >= 2 * BEAT


def test_a_switch_is_on_or_off() -> None:
    """Nothing else; what is empty is off."""
    assert not read({"STEPYARD_SCHEDULES": ""}).schedules
    with pytest.raises(ImproperlyConfigured, match="STEPYARD_SCHEDULES is 'yes'; on or off is expected"):
        read({"STEPYARD_SCHEDULES": "yes"})


def test_it_is_frozen_and_shows_no_secrets() -> None:
    """Nothing changes it, and its text may stand in a log."""
    secret = {"STEPYARD_TOKEN": "hush", "STEPYARD_SECRET_KEY": "hush", "STEPYARD_DATABASE": "postgres://u:hush@h/n"}
    made = read(secret)
    assert "hush" not in repr(made)
    with pytest.raises(FrozenInstanceError):
        made.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"STEPYARD_QUEUE": "procrastinate"}, "STEPYARD_QUEUE is for runs that several machines share"),
        ({"STEPYARD_REDIS": "redis://h"}, "STEPYARD_REDIS is for runs that several machines share"),
        ({"STEPYARD_QUEUE": "celery", "STEPYARD_DATABASE": "postgres://h/n"}, "needs STEPYARD_BROKER, such as amqp://"),
    ],
)
def test_what_carries_runs_and_hints_needs_its_place(variables: dict[str, str], words: str) -> None:
    """A queue, or a Redis, without a shared database is refused, and so is Celery without a broker."""
    with pytest.raises(ImproperlyConfigured, match=re.escape(words)):
        further_apps(read(variables))


def test_there_are_two_queues_to_choose_from() -> None:
    """Another name is refused with those that there are; what is chosen comes with its apps."""
    with pytest.raises(ImproperlyConfigured, match="STEPYARD_QUEUE is 'rq'; procrastinate or celery is expected"):
        read({"STEPYARD_QUEUE": "rq"})
    shared = {"STEPYARD_DATABASE": "postgres://h/n", "STEPYARD_REDIS": "redis://h", "STEPYARD_QUEUE": "procrastinate"}
    assert further_apps(read(shared))[:2] == ["playground.broadcast.redis", "playground.queues.procrastinate"]
    assert further_apps(read({})) == []


def test_traces_are_made_on_one_machine_too() -> None:
    """They need no shared database; without them, nothing of it is loaded."""
    assert further_apps(read({"STEPYARD_TRACES": "console"})) == ["playground.traces.opentelemetry"]
    with pytest.raises(ImproperlyConfigured, match="STEPYARD_TRACES is 'on'; otlp or console is expected"):
        read({"STEPYARD_TRACES": "on"})


BLOCKED = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
import django
django.setup()
"""


@pytest.mark.parametrize(
    ("variables", "library", "extra"),
    [
        ({"STEPYARD_QUEUE": "procrastinate"}, "procrastinate", "procrastinate"),
        ({"STEPYARD_QUEUE": "celery", "STEPYARD_BROKER": "redis://h"}, "celery", "celery"),
        ({"STEPYARD_REDIS": "redis://h"}, "redis", "redis"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    variables: dict[str, str], library: str, extra: str
) -> None:
    """Nobody has to guess which package a setting needs."""
    shared = environment(STEPYARD_DATABASE="postgres://h/n", DJANGO_SETTINGS_MODULE="playground.settings", **variables)
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(blocked=[library])],
        cwd=ROOT,
        env=shared,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"ImproperlyConfigured: STEPYARD_{'REDIS' if extra == 'redis' else 'QUEUE'}" in done.stderr
    assert f"pip install 'stepyard[{extra}]'" in done.stderr
