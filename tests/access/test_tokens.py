"""Tokens of programs: made, known, listed and revoked."""

import pytest

from engine.errors import RequestError
from playground.access import api_tokens
from playground.guard.callers import Caller, Role
from playground.models import ApiToken
from playground.store import in_database
from tests.command.commands import command

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_token_is_known_until_it_is_revoked() -> None:
    """With its name and role; the token itself is not kept."""
    token = await api_tokens.add("ci", Role.OPERATOR)
    assert await api_tokens.owner(token) == Caller(name="ci", role=Role.OPERATOR)
    assert await api_tokens.owner(f"{token}x") is None
    assert await api_tokens.owner("anything") is None
    kept = await in_database(lambda: list(ApiToken.objects.values_list("name", "digest", "role")))
    assert token not in str(kept)
    assert [(one.name, one.role) for one in await api_tokens.listing()] == [("ci", Role.OPERATOR)]
    await api_tokens.revoke("ci")
    assert await api_tokens.owner(token) is None


async def test_a_name_stands_for_one_token() -> None:
    """A second one of that name is refused, and so is revoking what is not there."""
    await api_tokens.add("ci", Role.VIEWER)
    with pytest.raises(RequestError, match="there is a token 'ci' already"):
        await api_tokens.add("ci", Role.VIEWER)
    with pytest.raises(RequestError, match=r"there is no token 'cd'\. There are: ci"):
        await api_tokens.revoke("cd")


@pytest.mark.slow
async def test_the_terminal_makes_lists_and_revokes_them(tmp_path: object) -> None:
    """The token is shown once."""
    made = (await command(tmp_path, "add-token", "grafana", "--role", "metrics")).json
    assert (made["name"], made["role"], made["token"][:3]) == ("grafana", "metrics", "sy_")
    listed = (await command(tmp_path, "tokens")).json["tokens"]
    assert [(one["name"], one["role"], "token" in one) for one in listed] == [("grafana", "metrics", False)]
    assert (await command(tmp_path, "add-token", "grafana")).code == 5
    assert (await command(tmp_path, "revoke-token", "grafana", "--text")).out.startswith("The token grafana opens")
    assert (await command(tmp_path, "tokens", "--text")).out.startswith("There is no token")
