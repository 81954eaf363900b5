"""What load balancers and monitoring systems ask."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from playground.actions import actions
from playground.histogram import Histogram
from playground.live import lag
from playground.models import Run, Worker
from playground.store import database, in_database
from playground.views import health
from tests.pages.conftest import stage
from tests.pages.stage import Stage

__all__ = ["stage"]


async def read(stage: Stage) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Return the figures as Prometheus reads them: name -> labels -> value."""
    found: defaultdict[str, dict[tuple[tuple[str, str], ...], float]] = defaultdict(dict)
    for family in text_string_to_metric_families(await stage.get("/metrics")):
        assert (family.type in ("gauge", "counter", "histogram"), bool(family.documentation)) == (True, True)
        for one in family.samples:
            found[one.name][tuple(sorted(one.labels.items()))] = one.value
    return found


async def test_figures_are_read_by_prometheus(stage: Stage) -> None:
    """Runs by workflow and status, the queue and its age, questions, workers."""
    await stage.suspended()
    await stage.register_worker()
    await actions.start("trip", {"city": "Porto"})
    found = await read(stage)
    assert found["stepyard_runs"] == {
        (("status", "suspended"), ("workflow", "trip")): 1,
        (("status", "pending"), ("workflow", "trip")): 1,
    }
    assert found["stepyard_queue_runs"] == {(): 1}
    assert 0 <= found["stepyard_queue_oldest_seconds"][()] < 60
    assert found["stepyard_questions"] == {(): 1}
    assert found["stepyard_workers"] == {(("host", "here"), ("status", "ready")): 1}
    assert found["stepyard_runs_executed"] == found["stepyard_import_problems"] == {(): 0}


async def test_what_workers_count_is_read_with_them(stage: Stage) -> None:
    """Seconds of steps add up by length, for each workflow and worker; a worker that has long ended is left out."""
    steps = Histogram()
    for seconds in (0.02, 0.02, 7000.0):
        steps.add(seconds)
    figures = json.dumps({"steps": {"trip": [*steps.counts, steps.total]}, "takeovers": 2})
    await stage.register_worker()
    await Worker.objects.aupdate(figures=figures, worker_id="w0", ended_at=datetime.now(UTC) - timedelta(hours=1))
    await stage.register_worker()
    await Worker.objects.filter(worker_id="w1").aupdate(figures=figures)
    found = await read(stage)
    own = (("host", "here"), ("worker", "w1"))
    assert found["stepyard_takeovers_total"] == {own: 2}
    of_trip = (*own, ("workflow", "trip"))
    assert found["stepyard_step_seconds_count"] == {of_trip: 3}
    assert found["stepyard_step_seconds_sum"] == {of_trip: pytest.approx(7000.04)}
    buckets = {dict(labels)["le"]: count for labels, count in found["stepyard_step_seconds_bucket"].items()}
    assert (buckets["0.01"], buckets["0.025"], buckets["3600.0"], buckets["+Inf"]) == (0, 2, 2, 3)


async def test_the_lag_of_those_who_watch_is_measured(stage: Stage) -> None:
    """Each time that a page is told of what has happened."""
    before = (await read(stage))["stepyard_watch_lag_seconds_count"][()]
    lag.seen(datetime.now(UTC) - timedelta(seconds=2))
    after = await read(stage)
    assert after["stepyard_watch_lag_seconds_count"][()] == before + 1
    assert after["stepyard_watch_lag_seconds_sum"][()] > 2


async def test_any_name_can_be_a_label(stage: Stage) -> None:
    """Quotes, backslashes and newlines come back as they are."""
    name = 'a "b" \\ c\nd'
    now = datetime.now(UTC)
    await in_database(lambda: Run.objects.create(run_id="r", workflow_id=name, created_at=now, updated_at=now))
    assert list((await read(stage))["stepyard_runs"]) == [(("status", "pending"), ("workflow", name))]


async def test_a_process_is_alive_and_ready(stage: Stage) -> None:
    """While the database answers."""
    assert await stage.get("/healthz") == "ok\n"
    assert await stage.get("/readyz") == "ok\n"


async def test_without_its_database_it_is_alive_and_not_ready(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so at once, and is ready again when the database is."""

    def away() -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(health, "LOOK", 0.0)
        broken.setattr(health, "_look", away)
        broken.setattr(database.logger, "disabled", True)
        answer = await stage.client.get("/readyz")
        assert (answer.status_code, answer.content) == (503, b"the database cannot be used\n")
        assert await stage.get("/healthz") == "ok\n"
    assert await stage.get("/readyz") == "ok\n"
