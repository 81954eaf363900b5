"""The chain in LangGraph: a graph of typed nodes, with a checkpoint after each."""

import asyncio
import tempfile
import time
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

LENGTH = 100


class Number(BaseModel):
    """What goes from node to node."""

    n: int


async def add_one(data: Number) -> Number:
    """Do as little as a node can do."""
    return Number(n=data.n + 1)


def graph(saver: Any) -> Any:
    """Return the compiled chain."""
    building = StateGraph(Number)
    names = [f"s{number}" for number in range(LENGTH)]
    for name in names:
        building.add_node(name, add_one)
    for before, after in zip([START, *names], [*names, END], strict=True):
        building.add_edge(before, after)
    return building.compile(checkpointer=saver)


async def measure(app: Any, section: str, rounds: int) -> None:
    """Run the chain so many times, the first one unmeasured."""
    started, used = time.perf_counter(), time.process_time()
    for number in range(rounds + 1):
        if number == 1:
            started, used = time.perf_counter(), time.process_time()
        config = {"configurable": {"thread_id": str(number)}, "recursion_limit": LENGTH * 2}
        result = await app.ainvoke({"n": 0}, config, durability="sync")
        assert result["n"] == LENGTH, result
    seconds, used = time.perf_counter() - started, time.process_time() - used
    print(section, "LangGraph", LENGTH * rounds / seconds, LENGTH * rounds / used, sep="\t")


async def main() -> None:
    """Measure in memory and on SQLite."""
    await measure(graph(InMemorySaver()), "memory", 8)
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/checkpoints.sqlite3") as saver:
            await measure(graph(saver), "one", 3)


if __name__ == "__main__":
    asyncio.run(main())
