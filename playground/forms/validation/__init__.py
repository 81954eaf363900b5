"""Whether a value fits a schema, in bounded time; errors that teach, and examples."""
