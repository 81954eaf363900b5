"""The laws hold for runs in the database too; on fewer workflows, for a disk is slower than memory."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.store import OrmStore
from tests.laws import test_laws as laws
from tests.laws.trees import Plan, plans

pytestmark = pytest.mark.django_db(transaction=True)

law = settings(
    max_examples=15,
    deadline=None,
    print_blob=True,
    # The fixture only says where runs are kept; they may stand beside those of the examples before.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def in_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the laws keep their runs in the database."""
    stores: list[OrmStore] = []

    def make(*ports: Any) -> OrmStore:
        stores.append(OrmStore())
        return stores[-1]

    monkeypatch.setattr(laws, "MemoryStore", make)
    yield
    for store in stores:
        store.close()


@law
@given(plan=plans(), data=st.integers(0, 20), seed=st.integers(0, 99))
async def test_suspended_anywhere_equals_never_suspended(plan: Plan, data: int, seed: int) -> None:
    """As in memory."""
    await laws.test_suspended_anywhere_equals_never_suspended.hypothesis.inner_test(plan, data, seed)


@law
@given(plan=plans(), data=st.integers(0, 20), seed=st.integers(0, 99), at=st.integers(1, 25), durable=st.booleans())
async def test_killed_anywhere_equals_never_killed(plan: Plan, data: int, seed: int, at: int, durable: bool) -> None:
    """As in memory."""
    await laws.test_killed_anywhere_equals_never_killed.hypothesis.inner_test(plan, data, seed, at, durable)


@law
@given(plan=plans(failing=True), data=st.integers(0, 20), seed=st.integers(0, 99), stops=st.sampled_from([None, "all"]))
async def test_every_run_ends_and_its_journal_tells_it_all(plan: Plan, data: int, seed: int, stops: Any) -> None:
    """As in memory."""
    await laws.test_every_run_ends_and_its_journal_tells_it_all.hypothesis.inner_test(plan, data, seed, stops)


@law
@given(
    plan=plans(),
    data=st.integers(0, 20),
    seed=st.integers(0, 99),
    at=st.one_of(st.none(), st.integers(1, 40)),
    every=st.integers(0, 3),
)
async def test_paused_anywhere_equals_never_paused(
    plan: Plan, data: int, seed: int, at: int | None, every: int
) -> None:
    """As in memory."""
    await laws.test_paused_anywhere_equals_never_paused.hypothesis.inner_test(plan, data, seed, at, every)
