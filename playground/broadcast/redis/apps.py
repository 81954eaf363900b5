"""Chosen with ``STEPYARD_REDIS``, this app has hints carried by Redis."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

try:
    from playground.broadcast.redis.carrier import RedisBroadcast
except ImportError as error:
    raise ImproperlyConfigured(
        "STEPYARD_REDIS needs a library that is not installed: pip install 'stepyard[redis]'"
    ) from error

from playground.broadcast.port import use


class RedisHints(AppConfig):
    """Name the app, and use Redis."""

    name = "playground.broadcast.redis"
    label = "broadcast_redis"

    def ready(self) -> None:
        """Use Redis in this process.

        Raises:
            ImproperlyConfigured: the variable holds no URL of a Redis.
        """
        try:
            use(RedisBroadcast(settings.STEPYARD.redis))
        except ValueError as error:
            # What is wrong is said without the URL, in which a password may stand.
            raise ImproperlyConfigured(
                f"STEPYARD_REDIS cannot be read: {error}. Expected is redis://:PASSWORD@HOST:6379/0."
            ) from None
