"""Values and schemas: types to JSON and back, what fits, and what cannot become JSON."""
