"""The same chain in other workflow engines, each run by an environment of its own in ``.bench/``."""
