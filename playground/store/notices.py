"""What processes on several machines tell each other: which runs have moved. Hints like all messages.

What a person or a program asks is told through PostgreSQL (NOTIFY) by the transaction that records it, so that it is
heard once it can be read. What workers record is told beside, a few times a second, since a transaction that notifies
holds up all others that do; and by another way where one was chosen (`playground.broadcast`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import Error, connection

from playground.broadcast.port import broadcast
from playground.store.database import DatabaseBusy, in_database, logger

CHANNEL = "stepyard"
MOST = 7000
"""Bytes of a message; PostgreSQL takes less than 8000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message."""

    moved: tuple[str, ...] = ()
    """The runs whose journals have grown."""
    asked: tuple[str, ...] = ()
    """The runs for which a worker may have something to do."""
    catalogue: bool = False
    """Whether workflows were published."""

    def text(self) -> str:
        """Write it."""
        return json.dumps({"moved": self.moved, "asked": self.asked, "catalogue": self.catalogue})


def from_text(text: str) -> Notice:
    """Read a message; one that is none of ours says nothing."""
    try:
        found = json.loads(text)
        return Notice(
            moved=tuple(map(str, found["moved"])),
            asked=tuple(map(str, found["asked"])),
            catalogue=bool(found["catalogue"]),
        )
    except (ValueError, TypeError, KeyError):
        return Notice()


def channel() -> str:
    """Return the name of the channel beside the database, which other databases may have, too."""
    return f"{CHANNEL}.{connection.settings_dict['NAME']}"


def notify(notice: Notice) -> None:
    """Tell it when the transaction ends well; where there is one database for one machine, nobody has to be told."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, notice.text()])


def tell_due(run_ids: Sequence[str]) -> None:
    """Tell, when the transaction ends well, that a worker may have something to do for these runs."""
    for part in _parts(run_ids):
        notify(Notice(asked=part))


async def tell_moved(run_ids: Sequence[str]) -> None:
    """Tell at once that journals have grown; when the database is away for long, nobody is told."""
    if connection.vendor == "sqlite":
        return
    if (other := broadcast()) is not None:
        for part in _parts(run_ids):
            other.tell(channel(), Notice(moved=part).text())
        return
    try:
        for part in _parts(run_ids):
            await in_database(notify, Notice(moved=part))
    except (Error, DatabaseBusy) as error:
        logger.info("others could not be told what has moved: %s", error)


def _parts(run_ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs in messages that are short enough."""
    part: list[str] = []
    size = 0
    for run_id in run_ids:
        length = len(json.dumps(run_id)) + 2
        if part and size + length > MOST:
            yield tuple(part)
            part, size = [], 0
        part.append(run_id)
        size += length
    if part:
        yield tuple(part)
