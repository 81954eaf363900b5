"""How many durable steps a second the store takes; run it as ``python -m tests.benchmarks.bench_store``.

A step is one append of two events, as the executor makes them, and the next one begins when it is durable.
"""

import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import django

FOLDER = tempfile.TemporaryDirectory()
os.environ["STEPYARD_DB"] = str(Path(FOLDER.name) / "bench.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  Django must be set up first.

from engine.events import Draft  # noqa: E402
from engine.store import Store  # noqa: E402
from playground.store import OrmStore  # noqa: E402

SECONDS = 2.0


async def steps(store: Store, run_id: str, until: float) -> int:
    """Append steps to one run until a time; return how many."""
    await store.create(run_id, [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
    claim = await store.claim(run_id, owner="bench", lease=600)
    assert claim is not None
    after, count = 1, 0
    while time.perf_counter() < until:
        now, path = datetime.now(UTC), (f"step-{count % 50}",)
        drafts = [
            Draft(now, "step-succeeded", path, {"output": {"city": "London", "celsius": 21.5}}),
            Draft(now, "step-started", path, {"attempt": 1, "input": {"step": list(path)}}),
        ]
        after = await store.append(run_id, drafts, epoch=claim.epoch, after=after)
        count += 1
    return count


async def measure(store: Store, runs: int) -> float:
    """Return steps a second over so many runs at once."""
    started = time.perf_counter()
    counts = await asyncio.gather(*(steps(store, f"{runs}-{n}", started + SECONDS) for n in range(runs)))
    return sum(counts) / (time.perf_counter() - started)


async def measure_all() -> None:
    """Print the measurements."""
    for runs in (1, 10, 100):
        store = OrmStore()
        print(f"{runs:4} runs at once: {await measure(store, runs):10,.0f} durable steps/s")
        store.close()


def main() -> None:
    """Print the measurements, on a database of their own."""
    with FOLDER:
        call_command("migrate", verbosity=0)
        asyncio.run(measure_all())


if __name__ == "__main__":
    main()
