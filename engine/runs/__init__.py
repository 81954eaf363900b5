"""Runs as their users hold them, and the drivers that execute them in a process."""
