"""The store that requests are recorded in: it notes who asked for what, where a person or program has a name."""

from collections.abc import Sequence

from engine.events import Draft, Event
from engine.journal.store import Decide
from playground.guard.callers import caller
from playground.store import OrmStore

ASKED = frozenset({"run-started", "step-resumed", "event-received", "run-undoing", "run-canceled"})
"""The types of events that record what somebody asked of a run that is there."""


class SignedStore(OrmStore):
    """A store whose requests carry the name of whoever made them, as ``by`` in the payload of the event."""

    async def create(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run; of a fork, the fork is signed and not the history that it shares."""
        made = next((draft for draft in drafts if draft.type == "run-forked"), drafts[0])
        await super().create(run_id, signed(drafts, caller.get().name, [made]))

    async def create_as_it_was(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run that was made elsewhere, under the names that it has."""
        await super().create(run_id, drafts)

    async def transact(self, run_id: str, *, after: int, decide: Decide) -> list[Event]:
        """Read, decide and record at once."""
        name = caller.get().name  # here, since the database is used in a thread of its own

        def decide_signed(events: Sequence[Event]) -> Sequence[Draft]:
            drafts = decide(events)
            return signed(drafts, name, [draft for draft in drafts if draft.type in ASKED])

        return await super().transact(run_id, after=after, decide=decide_signed)


def signed(drafts: Sequence[Draft], name: str, asked: Sequence[Draft]) -> Sequence[Draft]:
    """Return the drafts, those that were asked for with a name, if there is one."""
    if not name:
        return drafts
    return [draft._replace(payload={**draft.payload, "by": name}) if draft in asked else draft for draft in drafts]
