"""The fixture of the schedules' tests: a playground without worker processes, whose clock is given."""

from tests.pages.conftest import stage

__all__ = ["stage"]
