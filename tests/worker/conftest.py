"""The fixture of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from channels.layers import channel_layers
from django.db import connection

from playground import live
from playground.layers import LocalLayer
from tests.worker.yard import Yard


@pytest.fixture
async def yard(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Yard]:
    """Give a playground without pages and with no worker yet."""
    monkeypatch.setenv("STEPYARD_DB", str(connection.settings_dict["NAME"]))
    layer = LocalLayer()
    before = channel_layers.set("default", layer)
    news = await layer.new_channel()
    await layer.group_add(live.CATALOGUE, news)
    made = Yard(tmp_path, layer, news)
    yield made
    await made.close()
    channel_layers.set("default", before)
