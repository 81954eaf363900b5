"""Which page, API call and socket answers which address."""

from typing import Any

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
websocket_urlpatterns: list[Any] = []  # Channels takes its own routers too
