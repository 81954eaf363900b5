"""Redis as the carrier of hints; while it is away they are lost, and nothing else is."""
