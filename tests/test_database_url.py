"""The URL of a shared database: what it becomes, and what is said of a wrong one."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from playground.database_url import place, postgres


def test_a_url_becomes_settings() -> None:
    """Every part arrives, with its characters restored."""
    found = postgres("postgres://ada:p%40ss%3A%2F@db.example.org:6432/jobs?sslmode=require&connect_timeout=2")
    wanted = {"USER": "ada", "PASSWORD": "p@ss:/", "HOST": "db.example.org", "PORT": "6432", "NAME": "jobs"}
    assert {name: found[name] for name in wanted} == wanted
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["connect_timeout"]) == ("require", "2")
    assert place(found) == "postgres://ada@db.example.org:6432/jobs"


def test_several_hosts_are_tried_in_turn() -> None:
    """Hosts and ports are lists of one length; an address of IPv6 stands in brackets."""
    found = postgres("postgresql://db1,[::1]:6000/jobs")
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"]) == ("db1,::1", "5432,6000", "", "")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u:secret@h/n", "begins with 'mysql'"),
        ("playground.sqlite3", "begins with 'playground.s'"),
        ("postgres://u:secret@host", "names no database"),
        ("postgres://u:secret@host/", "names no database"),
        ("postgres://u:secret@host:port/name", "has no host and port"),
        ("postgres://u:secret@a,b:x/name", "has no host and port"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(url: str, message: str) -> None:
    """The message says what was found and what is expected, and never shows the secret."""
    with pytest.raises(ImproperlyConfigured, match=message) as refused:
        postgres(url)
    assert "postgres://USER:PASSWORD@HOST:5432/NAME is expected" in str(refused.value)
    assert "secret" not in str(refused.value)
