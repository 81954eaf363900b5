"""JSON values as forms hold them, read from text and written to it."""
