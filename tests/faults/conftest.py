"""Worker processes for the fault tests, and what all of them did, told at the end."""

import pytest

from tests.faults import tally
from tests.worker.conftest import yard

__all__ = ["yard"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried, and whether something was lost."""
    if tally.DONE:
        failed = [report for report in terminalreporter.stats.get("failed", ()) if "faults" in report.keywords]
        lost = f"{len(failed)} TESTS FOUND SOMETHING LOST" if failed else "nothing was lost"
        terminalreporter.write_line(f"{tally.summary()}: {lost}")
