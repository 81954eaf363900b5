"""The worker: the only process that imports the user's code. It publishes the catalogue and executes runs."""
