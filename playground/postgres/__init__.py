"""PostgreSQL: Django's backend, with a pipe for the journal's writer and an ear for what other processes tell."""
