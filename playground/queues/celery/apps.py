"""Chosen with ``STEPYARD_QUEUE=celery``, this app has runs carried by Celery."""

from functools import partial

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

try:
    from playground.queues.celery.hosting import ThreadsHost
    from playground.queues.celery.sending import SentWakes
except ImportError as error:
    raise ImproperlyConfigured(
        "STEPYARD_QUEUE=celery needs a library that is not installed: pip install 'stepyard[celery]'"
    ) from error

from playground.queues.port import use


class CeleryQueue(AppConfig):
    """Name the app, and use the queue."""

    name = "playground.queues.celery"
    label = "queue_celery"

    def ready(self) -> None:
        """Use the queue in this process."""
        broker = settings.STEPYARD.broker
        use(SentWakes(broker), partial(ThreadsHost, broker))
