"""The tests of what must outlive a process run twice: with runs in memory, and in the database."""

from collections.abc import Iterator
from typing import Any

import pytest

import engine.runs.runtime
from playground.store import OrmStore

ON_BOTH_STORES = (
    "test_resume",
    "test_suspensions",
    "test_cancel",
    "test_recover",
    "test_changed_code",
    "test_fork",
    "test_hooks",
    "test_events",
    "test_sleep",
    "test_suspend",
    "test_bail",
    "test_state",
    "test_retries",
    "test_watch",
    "test_event_types",
    "test_results",
    "test_rehearsals",
    "test_pausing",
    "test_tags",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some files on both stores."""
    if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_STORES:
        on_database = pytest.param("database", marks=pytest.mark.django_db(transaction=True))
        metafunc.parametrize("kept", ["memory", on_database], indirect=True)


@pytest.fixture(autouse=True)
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have ``MemoryStore()``, where an engine or a test makes one, be the store that is asked for."""
    if getattr(request, "param", "memory") == "memory":
        yield
        return
    stores: list[OrmStore] = []

    def in_database(*ports: Any) -> OrmStore:
        stores.append(OrmStore())
        return stores[-1]

    for module in (engine.runs.runtime, request.module):
        if hasattr(module, "MemoryStore"):
            monkeypatch.setattr(module, "MemoryStore", in_database)
    yield
    for store in stores:
        store.close()
