"""The run and the step that a line of a worker's log belongs to."""

import logging
from contextvars import ContextVar

from engine.execution.context import current_context
from engine.paths import format_path

current_run: ContextVar[str] = ContextVar("current_run", default="")
"""The id of the run that is executed here."""


class RunOfRecord(logging.Filter):
    """Lets every record pass, and adds the run and the step in which it was made."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add them."""
        context = current_context.get()
        record.run_id = current_run.get() if context is None else context.run_id
        record.step = "" if context is None else format_path(context.path)
        return True


def add_to_log() -> None:
    """Have all lines of this process's log say their run and step, where the format shows them."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(RunOfRecord())
