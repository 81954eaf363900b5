"""Worker processes for the fault tests."""

from tests.worker.conftest import yard

__all__ = ["yard"]
