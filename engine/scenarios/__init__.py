"""Scenarios: files that say what a workflow is given and what is to come of it, kept with the code."""
