"""Values and contexts made ready for templates."""
