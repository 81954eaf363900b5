"""Fields as HTML."""
