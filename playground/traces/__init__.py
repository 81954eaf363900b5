"""Traces of runs, for those who ask for them: what makes them is loaded only then."""
