"""The fixture of the pages' tests, which those of the API use too."""

from collections.abc import AsyncIterator

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers
from django.test import AsyncClient

from tests.pages.stage import Stage


@pytest.fixture
async def stage(transactional_db: None) -> AsyncIterator[Stage]:
    """Give a playground without worker processes."""
    channel_layers.set("default", InMemoryChannelLayer())
    made = Stage(AsyncClient())
    yield made
    made.close()
    # The next one who asks gets one of its own, made from the settings.
    channel_layers.backends.pop("default")
