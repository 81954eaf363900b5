"""The sockets: each is nudged, reads the journal after the last event it sent, and sends fragments of the page.

The next message goes out only when the browser has acknowledged the last one: a slow browser gets fewer, larger ones.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from channels.generic.websocket import AsyncWebsocketConsumer

from engine.errors import UnknownRun
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.catalogue.problems import told
from playground.live import nudges
from playground.live.lag import seen
from playground.runpage.loaded_run import Loaded, load, view_of
from playground.runpage.patches import patch
from playground.runpage.view import RunView, window_from
from playground.runs.inbox import inbox_count
from playground.views.frame import bar, bar_fragment, trouble

GONE = 4404
"""Close code: there is no such run any more; the page is loaded again."""
BROKEN = 1011
"""Close code: something went wrong here; the page connects again."""
ANSWER = 30.0
"""Seconds that a browser has to acknowledge a message."""


logger = logging.getLogger("playground.consumers")


class Watcher(AsyncWebsocketConsumer):
    """What the sockets share: a loop that waits for a nudge, sends, and waits for the acknowledgement."""

    groups: list[str] = []
    _bar = ""
    """What the page says about code that does not import, once it was told."""

    async def connect(self) -> None:
        """Accept, join the groups, and begin to send."""
        self._moved = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._moved.set()
        for group in self.wanted():
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()
        self._sending = asyncio.create_task(self._send_for_ever())

    async def disconnect(self, code: int) -> None:
        """Leave the groups and stop sending."""
        for group in self.wanted():
            await self.channel_layer.group_discard(group, self.channel_name)
        sending: asyncio.Task[None] | None = getattr(self, "_sending", None)
        if sending is not None:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take an acknowledgement; which message it is for does not matter, since one is under way at most."""
        self._acknowledged.set()

    async def run_moved(self, message: Mapping[str, Any]) -> None:
        """Look at the journal."""
        self._moved.set()

    async def runs_moved(self, message: Mapping[str, Any]) -> None:
        """Look at the lists."""
        self._moved.set()

    async def catalogue_moved(self, message: Mapping[str, Any]) -> None:
        """Look at the catalogue."""
        self._moved.set()

    def wanted(self) -> list[str]:
        """Return the groups to join."""
        raise NotImplementedError

    async def message(self) -> dict[str, Any] | None:
        """Return what is new, None when nothing is."""
        raise NotImplementedError

    async def troubles(self) -> dict[str, Any]:
        """Return what is wrong with the playground, with the bar about code that does not import if it has changed."""
        problems = told(await catalogue.import_errors())
        html, before = bar(problems), self._bar
        self._bar = html
        said = {"trouble": await trouble(problems)}
        return said if html == before else said | {"html": bar_fragment(html)}

    async def _send_for_ever(self) -> None:
        try:
            while True:
                await self._moved.wait()
                # Before the look, not after it: a nudge that comes while the journal is read leads to another look.
                self._moved.clear()
                message = await self.message()
                if message is None:
                    continue
                # Before the send, or an answer that comes at once would be wiped out, and waited for in vain.
                self._acknowledged.clear()
                await self.send(text_data=json.dumps(message))
                async with asyncio.timeout(ANSWER):
                    await self._acknowledged.wait()
        except UnknownRun:
            await self.close(code=GONE)
        except TimeoutError:
            await self.close()
        except Exception:
            # The page connects again and gets what it missed; a socket that only looks alive would be worse.
            logger.exception("a socket failed")
            await self.close(code=BROKEN)


class RunWatcher(Watcher):
    """Keeps a run's page current from the event after ``?after=``."""

    _loaded: Loaded | None = None
    _shown: RunView | None = None
    _inbox = -1
    _lists_moved = True
    _catalogue_moved = True
    _held: frozenset[str] = frozenset()
    """The rows that the page holds open, as it has said last."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take an acknowledgement, or which rows are open now; what is neither is an acknowledgement all the same."""
        said = _said(text_data)
        if isinstance(said.get("open"), list):
            self._held = frozenset(key for key in said["open"] if isinstance(key, str))
        if "ack" in said or "open" not in said:
            await super().receive(text_data)

    async def runs_moved(self, message: Mapping[str, Any]) -> None:
        """Look at the lists."""
        self._lists_moved = True
        await super().runs_moved(message)

    async def catalogue_moved(self, message: Mapping[str, Any]) -> None:
        """Look at the catalogue."""
        self._catalogue_moved = True
        await super().catalogue_moved(message)

    def wanted(self) -> list[str]:
        """Watch the run, and the lists for the inbox' count."""
        return [nudges.run_group(self._run_id), nudges.LISTS, nudges.CATALOGUE]

    async def message(self) -> dict[str, Any] | None:
        """Return the difference between what the page shows and the journal now."""
        inbox, self._lists_moved = await inbox_count() if self._lists_moved else self._inbox, False
        moved, self._catalogue_moved = self._catalogue_moved, False
        news = await self.troubles() if moved else {}
        first = self._loaded is None or self._shown is None
        if self._loaded is None or self._shown is None:
            query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
            after = query.get("after", "0")
            until = int(after) if after.isdigit() and len(after) < 12 else 0
            self._loaded = await load(self._run_id, window=window_from(query), until=max(until, 1))
            self._shown = await view_of(self._loaded)
        events = await store.read(self._run_id, after=self._loaded.history.run.last_seq)
        if not events and not first:
            await store.summary(self._run_id)
            if inbox == self._inbox and not news:
                return None
        if events and not first:
            seen(events[-1].at)
        self._loaded.history.feed(events)
        now = await view_of(self._loaded)
        grown = bool(events) or first
        message = patch(self._loaded, self._shown, now, token=self._token(), moved=grown, held=self._held)
        self._shown, self._inbox = now, inbox
        return message | news | {"inbox": inbox, "html": message["html"] + news.get("html", "")}

    @property
    def _run_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["run_id"])

    def _token(self) -> str:
        """Return the CSRF secret of the browser's cookie, for the forms inside fragments."""
        headers = dict(self.scope["headers"])
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        return cookies["stepyard_csrf"].value if "stepyard_csrf" in cookies else ""


def _said(text: str | None) -> dict[str, Any]:
    """Read what a browser says; nonsense says nothing."""
    with suppress(ValueError, RecursionError):
        if isinstance(said := json.loads(text or ""), dict):
            return said
    return {}


class PulseWatcher(Watcher):
    """Tells a list that it may look different, so that it asks for itself, and how much waits for a person."""

    _first = True

    def wanted(self) -> list[str]:
        """Watch the lists and the catalogue."""
        return [nudges.LISTS, nudges.CATALOGUE]

    async def message(self) -> dict[str, Any] | None:
        """Return the inbox' count, and that something has moved."""
        first, self._first = self._first, False
        return {"inbox": await inbox_count(), "pulse": not first} | await self.troubles()
