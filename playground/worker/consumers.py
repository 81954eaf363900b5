"""The worker's ears on the channel layer; each message is handed on at once, for the next one waits behind it."""

from collections.abc import Callable
from typing import Any

from channels.consumer import AsyncConsumer

Message = dict[str, Any]


class RunConsumer(AsyncConsumer):
    """Hears which runs to look at."""

    def __init__(
        self, *, wake: Callable[[str], None], news: Callable[[str], None], taken: Callable[[str], None]
    ) -> None:
        """Take what to do with a wake, with news of a run that is executed already, and with one that was taken."""
        self._wake = wake
        self._news = news
        self._taken = taken

    async def run_wake(self, message: Message) -> None:
        """Look at a run."""
        self._wake(message["run_id"])

    async def run_news(self, message: Message) -> None:
        """Have a run that is executed here read what others have recorded."""
        self._news(message["run_id"])

    async def run_taken(self, message: Message) -> None:
        """Stop a run that is executed here and may be written by others only."""
        self._taken(message["run_id"])


class CheckConsumer(AsyncConsumer):
    """Hears questions whether a value fits."""

    def __init__(self, *, ask: Callable[[Message], None]) -> None:
        """Take what answers a question beside."""
        self._ask = ask

    async def verdict_ask(self, message: Message) -> None:
        """Answer a question."""
        self._ask(message)
