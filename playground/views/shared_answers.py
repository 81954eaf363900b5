"""Giving the answer to one question to others that are alike: of the same step, and taking the same answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import RequestError
from playground.actions import actions
from playground.forms import Json
from playground.runs.inbox import InboxItem, QuestionKind, read_entry
from playground.runs.lists import place_in_list

AT_ONCE = 8
"""So many are answered at the same time; what is recorded then shares a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What came of an answer that was given to more than one question."""

    taken: int
    """How many others have taken it."""
    refused: int
    """How many have not: somebody else was faster, they were asked anew, or their step's code refuses it."""

    def __str__(self) -> str:
        """Return it in words; nothing when there was no other one."""
        if not self.taken and not self.refused:
            return ""
        told = f"{self.taken + 1} questions have this answer."
        return f"{told} {self.refused} did not take it, and wait here if they still ask." if self.refused else told


async def share(kind: QuestionKind, chosen: Sequence[str], answer: Json) -> Shared:
    """Give an answer to other questions, too, a few at a time.

    Args:
        kind: of the question that was answered.
        chosen: the ids of the others; one that is not alike is not answered.
        answer: what a person has given; each step checks it by itself.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def give(item_id: str) -> bool:
        async with turns:
            return await _give(kind, item_id, answer)

    async with asyncio.TaskGroup() as group:
        given = [group.create_task(give(item_id)) for item_id in dict.fromkeys(chosen)]
    taken = [task.result() for task in given]
    return Shared(taken=taken.count(True), refused=taken.count(False))


async def _give(kind: QuestionKind, item_id: str, answer: Json) -> bool:
    other = await read_entry(place_in_list(item_id))
    if not isinstance(other, InboxItem) or other.kind != kind:
        return False
    try:
        await actions.resume(other.run_id, other.path, answer)
    except RequestError:
        return False
    return True
