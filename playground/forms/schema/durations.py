"""Durations as people type them, such as 90s or 2 h 30 min."""

import re

UNITS = {
    "D": ("d", "day", "days"),
    "H": ("h", "hour", "hours"),
    "M": ("m", "min", "minute", "minutes"),
    "S": ("s", "sec", "second", "seconds"),
}
PART = re.compile(r"\s*(\d{1,9})(\.\d{1,9})?\s*([a-z]+)", re.ASCII | re.IGNORECASE)


def duration(text: str) -> str | None:
    """Return a typed duration as ISO 8601 has it, or None when the text is none.

    Args:
        text: numbers with units from days down to seconds, each unit once; only seconds have a fraction.

    """
    written, at = "", 0
    order = list(UNITS)
    while found := PART.match(text, at):
        unit = next((letter for letter in order if found[3].lower() in UNITS[letter]), None)
        if unit is None or (found[2] and unit != "S"):
            return None
        order = order[order.index(unit) + 1 :]
        written += "T" if unit != "D" and "T" not in written else ""
        written += f"{int(found[1])}{found[2] or ''}{unit}"
        at = found.end()
    return f"P{written}" if written and not text[at:].strip() else None
