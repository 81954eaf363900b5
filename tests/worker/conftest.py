"""The fixture of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from channels.layers import channel_layers
from django.db import connection

from playground.layers import LocalLayer
from tests.databases import variables_of
from tests.worker.project import Yard


@pytest.fixture
async def yard(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Yard]:
    """Give a playground without pages and with no worker yet."""
    for variable, value in variables_of(connection.settings_dict).items():
        monkeypatch.setenv(variable, value)
    layer = LocalLayer()
    channel_layers.set("default", layer)
    made = Yard(tmp_path, layer)
    yield made
    await made.close()
    # The next one who asks gets one of its own, made from the settings.
    channel_layers.backends.pop("default")
