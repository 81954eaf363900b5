"""PostgreSQL: Django's backend, with a pipeline to write the journal and a listener for what other processes tell."""
