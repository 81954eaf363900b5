"""A run's page: what it shows, read from the journal, and drawn for page and socket alike."""
