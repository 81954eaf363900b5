"""How often each law is tried: a few dozen times where people wait for it, far more often in `make slow`."""

from hypothesis import settings

settings.register_profile("quick", max_examples=30)
settings.register_profile("thorough", max_examples=150)
settings.load_profile("quick")
