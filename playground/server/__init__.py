"""Daphne, with limits where it has none, run inside the process of the one command."""

from playground.server.limits import Limits
from playground.server.server import Server, run_until

__all__ = ["Limits", "Server", "run_until"]
