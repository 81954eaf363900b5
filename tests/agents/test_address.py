"""Where the tools of an agent look for the playground."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError

from playground.management.commands.mcp import Command

WRONG = [
    "localhost:4111",
    "ftp://a",
    "http://",
    "http://a:x",
    "http://a:99999",
    "http://a:-1",
    "http://a:0",
    "http://[::1",
]


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_cannot_be_one_is_named(url: str) -> None:
    """In a sentence that says how one looks, before anything is asked there."""
    parser = Command(stdout=StringIO()).create_parser("stepyard", "mcp")
    with pytest.raises(CommandError, match=re.escape(f"such as http://localhost:4111, and is {url!r}")):
        parser.parse_args(["--url", url])


@pytest.mark.parametrize("url", ["http://localhost:4111", "https://play.test/under/", "http://[::1]:65535"])
def test_an_address_is_taken_as_it_is(url: str) -> None:
    """But for the slash at its end."""
    parser = Command(stdout=StringIO()).create_parser("stepyard", "mcp")
    assert parser.parse_args(["--url", url]).url == url.rstrip("/")
