"""The API's tests play on the pages' stage."""

from tests.pages.conftest import stage

__all__ = ["stage"]
