"""Inputs that make a workflow fail: looking for them in a process of their own, and what was found."""
