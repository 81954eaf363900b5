"""How often each law is tried, which files are not looked through, and what collections of garbage leave out."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something about the machine alone, so there is no deadline.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=150, deadline=None)
settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files that cannot hold a test of the one mark that is asked for, since they do not name it.

    Each process of pytest-xdist would import all of them, to take a hundred tests of ten thousand.
    """
    mark = config.option.markexpr
    if not mark.isidentifier() or not collection_path.name.startswith("test_"):
        return None
    return True if f"mark.{mark}" not in collection_path.read_text("utf-8") else None


def pytest_collection_finish() -> None:
    """Leave ten thousand tests and what they have imported out of each collection of garbage from now on."""
    gc.collect()
    gc.freeze()
