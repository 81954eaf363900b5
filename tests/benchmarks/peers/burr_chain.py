"""The chain in Burr: an application of typed actions, persisted after each."""

import tempfile
import time
from itertools import pairwise
from typing import Any

from burr.core import ApplicationBuilder, action
from burr.core.persistence import SQLitePersister
from burr.integrations.pydantic import PydanticTypingSystem
from pydantic import BaseModel

LENGTH = 100


class Number(BaseModel):
    """What goes from action to action."""

    n: int


@action.pydantic(reads=["n"], writes=["n"])
def add_one(state: Number) -> Number:
    """Do as little as an action can do."""
    state.n += 1
    return state


def application(persister: SQLitePersister | None, number: int) -> Any:
    """Return the chain, ready to run once."""
    names = [f"s{at}" for at in range(LENGTH)]
    building = (
        ApplicationBuilder()
        .with_actions(**dict.fromkeys(names, add_one))
        .with_transitions(*pairwise(names))
        .with_entrypoint(names[0])
        .with_typing(PydanticTypingSystem(Number))
        .with_state(Number(n=0))
        .with_identifiers(app_id=str(number))
    )
    return (building if persister is None else building.with_state_persister(persister)).build()


def measure(persister: SQLitePersister | None, section: str, rounds: int) -> None:
    """Run the chain so many times, the first one unmeasured; making the applications is not measured."""
    first, *applications = (application(persister, number) for number in range(rounds + 1))
    first.run(halt_after=[f"s{LENGTH - 1}"])
    started, used = time.perf_counter(), time.process_time()
    for each in applications:
        *_, state = each.run(halt_after=[f"s{LENGTH - 1}"])
        assert state["n"] == LENGTH, state
    seconds, used = time.perf_counter() - started, time.process_time() - used
    print(section, "Burr", LENGTH * rounds / seconds, LENGTH * rounds / used, sep="\t")


def main() -> None:
    """Measure in memory and on SQLite."""
    measure(None, "memory", 20)
    with tempfile.TemporaryDirectory() as folder:
        persister = SQLitePersister(f"{folder}/burr.sqlite3", "steps")
        persister.initialize()
        measure(persister, "one", 3)


if __name__ == "__main__":
    main()
