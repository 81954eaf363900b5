"""Traces by OpenTelemetry: a trace for each run, whichever workers execute it and however long it waits between."""
