"""How long tests wait: for what must come, and for what must not."""

PATIENCE = 120.0
"""Seconds after which what a test waits for is not coming; only a test that fails ever takes so long."""
MOMENT = 0.05
"""Seconds for which nothing may come. A slow machine makes such a test blind, and never red."""
