"""The store that requests are recorded in: it notes how runs were started, and by whom, where he has a name."""

from collections.abc import Sequence

from engine.events import Draft, Event
from engine.journal.store import Decide
from playground.guard.callers import caller, way
from playground.store import OrmStore

ASKED = frozenset({"run-started", "run-tagged", "step-resumed", "event-received", "run-undoing", "run-canceled"})
"""The types of events that record what somebody asked of a run that is there."""
STARTS = frozenset({"run-created", "run-started", "run-forked"})
"""The types of events that say on which way a run was started."""


class AttributingStore(OrmStore):
    """A store whose requests carry the name of whoever made them, as ``by`` in the payload of the event.

    Those that start runs carry the way on which they came, too, as ``via``.
    """

    async def create(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run; of a fork, the fork is signed and not the history that it shares."""
        made = next((draft for draft in drafts if draft.type == "run-forked"), drafts[0])
        await super().create(run_id, signed(drafts, [made], by=caller.get().name, via=way.get()))

    async def create_as_it_was(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run that was made elsewhere, under the names that it has."""
        await super().create(run_id, drafts)

    async def transact(self, run_id: str, *, after: int, decide: Decide) -> list[Event]:
        """Read, decide and record at once."""
        by, via = caller.get().name, way.get()  # here, since the database is used in a thread of its own

        def decide_signed(events: Sequence[Event]) -> Sequence[Draft]:
            drafts = decide(events)
            return signed(drafts, [draft for draft in drafts if draft.type in ASKED], by=by, via=via)

        return await super().transact(run_id, after=after, decide=decide_signed)


def signed(drafts: Sequence[Draft], asked: Sequence[Draft], *, by: str, via: str) -> Sequence[Draft]:
    """Return the drafts, those that were asked for with a name and a way, as far as they are known."""

    def mark(draft: Draft) -> Draft:
        marks = {"by": by} | ({"via": via} if draft.type in STARTS else {})
        return draft._replace(payload={**draft.payload, **{key: text for key, text in marks.items() if text}})

    return [mark(draft) if draft in asked else draft for draft in drafts] if by or via else drafts
