"""Values against JSON Schemas of every draft, in bounded time."""
