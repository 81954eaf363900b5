"""Giving the answer to one question to others that are alike: of the same step, and taking the same answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DatabaseError

from engine.errors import RequestError
from playground.actions import actions
from playground.forms import Json
from playground.runs.inbox import InboxItem, QuestionKind, read_entry
from playground.runs.lists import place_in_list
from playground.store import DatabaseBusy

AT_ONCE = 8
"""So many are answered at the same time; what is recorded then shares a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What came of an answer that was given to more than one question."""

    taken: int
    """How many others have taken it."""
    refused: int
    """How many have not: somebody else was faster, they were asked anew, or their step's code refuses it."""
    unknown: int = 0
    """Of how many nothing is known, since the database did not answer."""

    def __str__(self) -> str:
        """Return it in words; nothing when there was no other one."""
        if not self.taken and not self.refused and not self.unknown:
            return ""
        told = "1 question has this answer." if not self.taken else f"{self.taken + 1} questions have this answer."
        if self.refused:
            told += f" {self.refused} did not take it, and wait here if they still ask."
        if self.unknown:
            told += f" The database did not answer for {self.unknown}: whoever still asks waits here."
        return told


async def share(kind: QuestionKind, chosen: Sequence[str], answer: Json) -> Shared:
    """Give an answer to other questions, too, a few at a time.

    Args:
        kind: of the question that was answered.
        chosen: the ids of the others; one that is not alike is not answered.
        answer: what a person has given; each step checks it by itself.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def give(item_id: str) -> bool | None:
        async with turns:
            try:
                return await _give(kind, item_id, answer)
            except (DatabaseBusy, DatabaseError):
                # The first answer is taken, whatever becomes of the others, and that is to be said.
                return None

    async with asyncio.TaskGroup() as group:
        given = [group.create_task(give(item_id)) for item_id in dict.fromkeys(chosen)]
    taken = [task.result() for task in given]
    return Shared(taken=taken.count(True), refused=taken.count(False), unknown=taken.count(None))


async def _give(kind: QuestionKind, item_id: str, answer: Json) -> bool:
    other = await read_entry(place_in_list(item_id))
    if not isinstance(other, InboxItem) or other.kind != kind:
        return False
    try:
        known = await actions.read_run(other.run_id)
        step = known.run.find(other.path)
        if step is None or step.suspended_at != other.suspended_at:
            # What it asks by now was not what the answer was ticked for.
            return False
        await actions.resume(other.run_id, other.path, answer, suspension=step.suspension, known=known)
    except RequestError:
        return False
    return True
