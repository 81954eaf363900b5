"""The mark of what was not given, where ``None`` is a value."""

from typing import Any

MISSING: Any = object()
"""Stands for "not given"."""
