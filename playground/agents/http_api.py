"""Calls of a running playground's API over HTTP, as a program on the same machine makes them."""

import asyncio
import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

SECONDS = 120.0
"""So long an answer is waited for; playing scenarios may take its time."""


class CallFailed(Exception):
    """The playground refused what was asked, or did not answer; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API of the playground at an address."""

    url: str
    """Such as ``http://localhost:4111``."""
    token: str = field(default="", repr=False)
    """Its token, or one of a program."""

    async def get(self, *path: str, **query: str | int) -> Any:
        """Return the JSON at a path, whose parts are quoted.

        Raises:
            CallFailed: it was refused, or nobody answers.
        """
        return await asyncio.to_thread(self._ask, "GET", path, query, None)

    async def post(self, *path: str, body: dict[str, Any] | None = None, **query: str | int) -> Any:
        """Post JSON to a path, and return what comes back; see `get`."""
        return await asyncio.to_thread(self._ask, "POST", path, query, body or {})

    async def delete(self, *path: str, **query: str | int) -> Any:
        """Delete what is at a path, and return what comes back; see `get`."""
        return await asyncio.to_thread(self._ask, "DELETE", path, query, None)

    def _ask(self, method: str, path: tuple[str, ...], query: dict[str, str | int], body: Any) -> Any:
        address = "/api/" + "/".join(quote(part, safe="") for part in path) + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        text = None if body is None else json.dumps(body)
        try:
            status, answer = self._exchange(method, address, text, headers | {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException) as error:
            raise CallFailed(
                f"No playground answers at {self.url} ({error}). Start one with: stepyard dev my_flows.py; or name its "
                "address with --url."
            ) from error
        return _read(status, answer)

    def _exchange(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
        try:
            connection.request(method, parts.path.rstrip("/") + address, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def _read(status: int, text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        found = {"error": text.strip() or f"status {status}"}
    if status < 400:
        return found
    issues = [
        f"  {'.'.join(map(str, one['path'])) or '(whole value)'}: {one['message']}" for one in found.get("issues", ())
    ]
    raise CallFailed("\n".join([str(found.get("error", found)), *issues]))
