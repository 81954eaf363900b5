"""The chain in DBOS: a workflow whose steps are durable, on SQLite, or on the PostgreSQL whose URL is given."""

import asyncio
import sys
import tempfile
import time
from typing import Any

from dbos import DBOS
from pydantic import BaseModel

LENGTH = 100
AT_ONCE = 10


class Number(BaseModel):
    """What goes from step to step."""

    n: int


@DBOS.step()
async def add_one(value: dict[str, Any]) -> dict[str, Any]:
    """Validate, add, and dump."""
    return Number(n=Number.model_validate(value).n + 1).model_dump()


@DBOS.workflow()
async def chain(value: dict[str, Any]) -> dict[str, Any]:
    """Call the step again and again."""
    for _ in range(LENGTH):
        value = await add_one(value)
    return value


async def measure(section: str, subject: str, rounds: int) -> None:
    """Run so many chains at once."""
    started, used = time.perf_counter(), time.process_time()
    for result in await asyncio.gather(*(chain({"n": 0}) for _ in range(rounds))):
        assert result == {"n": LENGTH}, result
    seconds, used = time.perf_counter() - started, time.process_time() - used
    print(section, subject, LENGTH * rounds / seconds, LENGTH * rounds / used, sep="\t")


async def measure_all(sections: str) -> None:
    """Measure alone and together."""
    await chain({"n": 0})
    await measure(f"{sections}one", "DBOS", 1)
    await measure(f"{sections}many", f"DBOS, {AT_ONCE} runs at once", AT_ONCE)


def run_on(url: str, sections: str) -> None:
    """Measure on a database."""
    DBOS(config={"name": "bench", "system_database_url": url, "run_admin_server": False, "log_level": "ERROR"})
    DBOS.launch()
    asyncio.run(measure_all(sections))
    DBOS.destroy()


def main() -> None:
    """Measure on SQLite, which is where DBOS keeps its steps when it is told of no PostgreSQL."""
    if len(sys.argv) > 1:
        run_on(sys.argv[1].replace("postgres://", "postgresql+psycopg://", 1), "postgres-")
        return
    with tempfile.TemporaryDirectory() as folder:
        run_on(f"sqlite:///{folder}/dbos.sqlite3", "")


if __name__ == "__main__":
    main()
