"""The guard: nothing that another site, or another machine, asks for gets past it."""

from playground.guard.guard import Guard

__all__ = ["Guard"]
