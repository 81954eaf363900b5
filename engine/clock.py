"""Time, by one door: the system's clock, and the protocol that a fake one follows."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine asks of a clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    async def sleep_until(self, at: datetime) -> None:
        """Return when the clock has reached ``at``; at once when it is past."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, at: datetime) -> None:
        """Return when the clock has reached ``at``, also when the clock is set meanwhile."""
        while (left := (at - self.now()).total_seconds()) > 0:  # noqa: ASYNC110  no event tells that a clock was set
            await asyncio.sleep(min(left, 60.0))
