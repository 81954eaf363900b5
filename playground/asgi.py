"""The ASGI application: static files, pages and sockets, and around all of them the guard."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.urls import re_path

from playground.guard import Guard
from playground.guard.address import Address
from playground.guard.callers import Entrance, Proxies
from playground.guard.token import Token
from playground.server.assets import Assets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
pages = get_asgi_application()
# The database is used in threads of our own (`playground.store.database`); for a request Django would begin a thread to
# look after connections that are never opened in it.
for signal, look in (
    (request_started, reset_queries),
    (request_started, close_old_connections),
    (request_finished, close_old_connections),
):
    signal.disconnect(look)

from playground.access import api_tokens  # noqa: E402  Django must be set up first.
from playground.urls import websocket_urlpatterns  # noqa: E402  Django must be set up first.


async def no_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuse a handshake for a path at which no socket is."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


sockets: list[Any] = [
    *websocket_urlpatterns,
    re_path("", no_socket),  # type: ignore[arg-type]  # Channels routes to ASGI applications
]
configuration = settings.STEPYARD
application = Guard(
    ProtocolTypeRouter(
        {
            "http": Assets(pages, folder=settings.STATIC_FOLDER, prefix=settings.STATIC_URL),
            "websocket": URLRouter(sockets),
        }
    ),
    address=Address(host=configuration.host, port=configuration.port, extra=configuration.allowed_hosts),
    entrance=Entrance(
        token=Token(secret=configuration.token),
        proxies=Proxies(
            networks=configuration.trusted_proxies,
            user_header=configuration.user_header,
            role_header=configuration.role_header,
        ),
        of_token=api_tokens.owner,
    ),
    max_body=configuration.max_body,
)
