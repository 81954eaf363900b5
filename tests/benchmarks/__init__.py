"""Benchmarks: ``make bench`` prints what a step, a run and a form cost, beside floors and other engines."""
