"""Who is known here by name: the programs that have a token."""
