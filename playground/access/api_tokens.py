"""Tokens of programs: whose each is and what it allows; of the token itself only a digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from engine.errors import RequestError
from playground.guard.callers import Caller, Role
from playground.models import ApiToken
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import database_now

BEGINNING = "sy_"
"""What every token begins with, so that one that was published by mistake is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token as it is listed."""

    name: str
    role: Role
    created_at: datetime


async def add(name: str, role: Role) -> str:
    """Make a token, and return it: it is shown this once.

    Args:
        name: whose it is; what is done with it is recorded under this name.
        role: what it allows.

    Raises:
        RequestError: there is one with this name.
    """
    token = BEGINNING + secrets.token_urlsafe(32)

    def write() -> None:
        try:
            with transaction.atomic():
                ApiToken.objects.create(name=name, digest=_digest(token), role=role, created_at=database_now())
        except IntegrityError as error:
            raise RequestError(f"there is a token {name!r} already: revoke it first, or choose another name") from error

    await in_transaction(write)
    return token


async def revoke(name: str) -> None:
    """Have a token open nothing any more, from the next request on.

    Raises:
        RequestError: there is none with this name.
    """

    def write() -> None:
        if not ApiToken.objects.filter(name=name).delete()[0]:
            known = ", ".join(ApiToken.objects.order_by("name").values_list("name", flat=True)) or "none"
            raise RequestError(f"there is no token {name!r}. There are: {known}")

    await in_transaction(write)


async def listing() -> list[TokenView]:
    """Return all tokens by name."""

    def read() -> list[TokenView]:
        rows = ApiToken.objects.order_by("name")
        return [TokenView(name=row.name, role=Role(row.role), created_at=row.created_at) for row in rows]

    return await in_database(read)


async def owner(token: str) -> Caller | None:
    """Return whose token this is; None if it is none."""
    if not token.startswith(BEGINNING):
        return None
    row = await in_database(lambda: ApiToken.objects.filter(digest=_digest(token)).first())
    return None if row is None else Caller(name=row.name, role=Role(row.role))


def _digest(token: str) -> str:
    # A token is long and random, so that a plain digest cannot be guessed back.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
