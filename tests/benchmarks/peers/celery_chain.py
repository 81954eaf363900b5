"""The chain in Celery: a task a step, each handing its result to the next over the Redis whose URL is given.

Nothing of it is durable beyond what that Redis keeps, and a chain cannot wait for a person.
"""

import os
import subprocess
import sys
import time
from typing import Any

from celery import Celery, chain
from pydantic import BaseModel

LENGTH = 100
AT_ONCE = 10
THREADS = 10

WHERE = "BENCH_REDIS"
"""The variable by which the worker finds the Redis."""

if len(sys.argv) == 2:
    os.environ.setdefault(WHERE, sys.argv[1])
app = Celery("celery_chain", broker=os.environ[WHERE], backend=os.environ[WHERE])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True)


class Number(BaseModel):
    """What goes from step to step."""

    n: int


@app.task(name="add_one")
def add_one(value: dict[str, Any]) -> dict[str, Any]:
    """Validate, add, and dump."""
    return Number(n=Number.model_validate(value).n + 1).model_dump()


def measure(section: str, subject: str, rounds: int) -> None:
    """Run so many chains at once."""
    started = time.perf_counter()
    sent = [chain(add_one.s({"n": 0}), *[add_one.s()] * (LENGTH - 1)).apply_async() for _ in range(rounds)]
    for one in sent:
        assert one.get(timeout=120) == {"n": LENGTH}
    print(section, subject, LENGTH * rounds / (time.perf_counter() - started), sep="\t", flush=True)


def main() -> None:
    """Start a worker, and measure alone and together."""
    command = [sys.executable, "-m", "celery", "-A", "celery_chain", "worker", "-P", "threads", "-c", str(THREADS)]
    worker = subprocess.Popen(
        [*command, "-l", "ERROR", "--without-gossip", "--without-mingle"], stdout=subprocess.DEVNULL
    )
    try:
        add_one.delay({"n": 0}).get(timeout=60)
        measure("postgres-one", "Celery, a chain over Redis", 1)
        measure("postgres-many", f"Celery, {AT_ONCE} chains over Redis at once", AT_ONCE)
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
