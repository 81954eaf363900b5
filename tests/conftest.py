"""How often each law is tried: a few dozen times where people wait for it, far more often in `make laws`."""

from hypothesis import settings

# How long an example takes says something about the machine alone, so there is no deadline.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=150, deadline=None)
settings.load_profile("quick")
