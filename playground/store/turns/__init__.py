"""Turns: runs of a workflow that wait for one another."""
