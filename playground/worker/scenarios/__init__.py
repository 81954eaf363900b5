"""Scenarios where the code of the workflows is imported: in a process of their own, and as tests of pytest."""
