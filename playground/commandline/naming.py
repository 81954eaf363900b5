"""Which run a command means: its id, or the beginning of it."""

from playground.commandline.exits import CommandRefused
from playground.runs import lists

RUN = "the run's id, or its first 8 characters or more"
FEWEST = 8
"""Characters that the beginning of an id has at the least: fewer are too easily another run's."""
LISTED = 5


async def meant(run_id: str) -> str:
    """Return the id of the run that is meant.

    Args:
        run_id: a whole id, or the beginning of one. What is neither is given back, and is told where it is looked for.

    Raises:
        CommandRefused: several runs begin so; the message lists them.
    """
    if len(run_id) < FEWEST:
        return run_id
    found = await lists.beginning_with(run_id, most=LISTED + 1)
    if run_id in found or not found:
        return run_id
    if len(found) > 1:
        listed = ", ".join(found[:LISTED]) + (" and others" if len(found) > LISTED else "")
        raise CommandRefused(f"the ids of several runs begin with {run_id!r}: {listed}. Give more of the one you mean.")
    return found[0]
