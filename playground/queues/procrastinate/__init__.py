"""Procrastinate: a queue in the same PostgreSQL, so that a run and its wake are recorded in one transaction."""
