"""How what a process has to say is written: as text for people, or as a line of JSON each for programs."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

JSON = "json"
EXTRAS = ("run_id", "step")
"""Attributes of a record that are written where it has them; a worker sets them in steps."""


class JsonLines(logging.Formatter):
    """Writes a record as one line: ``time, level, logger, message``, and where it has them what else stands below."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: found for name in EXTRAS if (found := getattr(record, name, None))}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        elif record.exc_text:
            # A handler in another process gets the text alone.
            line["error"] = record.exc_text
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def said(text: str, log_format: str, level: str = "INFO") -> str:
    """Return what a command says of itself, such as that it is ready, in the format of its log."""
    if log_format != JSON:
        return text
    return JsonLines().format(logging.makeLogRecord({"name": "stepyard", "levelname": level, "msg": text}))
