"""The examples pause so that a person can follow them; their tests need not."""

import asyncio
from typing import TypeVar

import pytest

T = TypeVar("T")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pause take a fiftieth of its time; the order of what happens stays."""
    pause = asyncio.sleep

    async def short(delay: float, result: T | None = None) -> T | None:
        return await pause(delay / 50, result)

    monkeypatch.setattr(asyncio, "sleep", short)
