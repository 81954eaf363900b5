"""Addresses: whatever a run may be called, it can be opened."""

import re

import pytest
from django.urls import URLPattern

from engine.errors import InvalidInput
from playground.actions import actions
from playground.runs import archive
from playground.urls import urlpatterns

ROUTES = [str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)]


def shadowed() -> set[str]:
    """Return the words that an address has where others have the id of a run."""
    found: set[str] = set()
    for route in ROUTES:
        before, named, after = route.partition("<str:run_id>")
        matching = (
            re.compile(f"{re.escape(before)}([^/<>]+){re.escape(after)}") if named and "<" not in before else None
        )
        words = (matching.fullmatch(other) for other in ROUTES if matching is not None)
        found |= {word[1] for word in words if word is not None}
    return found


def test_no_address_stands_before_that_of_a_run() -> None:
    """A word that is an address of its own in such a place is the id of no run."""
    assert shadowed() == set(actions.RESERVED)
    for word in actions.RESERVED:
        with pytest.raises(InvalidInput, match="neither import nor many"):
            actions.checked_id(word)


async def test_a_run_from_elsewhere_with_such_an_id_is_refused() -> None:
    """It would be there, and never seen."""
    events = [("run-created", {"workflow_id": "flow", "input": 1}), ("run-canceled", {"reason": ""})]
    run = {
        "format": "stepyard-run",
        "version": 1,
        "run_id": "many",
        "events": [
            {"run_id": "many", "seq": seq, "at": "2026-03-01T00:00:00+00:00", "type": type, "path": [], "payload": said}
            for seq, (type, said) in enumerate(events, 1)
        ],
    }
    with pytest.raises(archive.InvalidArchive, match="'many' could not be opened here"):
        await archive.restore(run)
