"""Chosen with ``STEPYARD_QUEUE=procrastinate``, this app has runs carried by Procrastinate."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

try:
    from playground.queues.procrastinate.hosting import JobsHost
except ImportError as error:
    raise ImproperlyConfigured(
        "STEPYARD_QUEUE=procrastinate needs a library that is not installed: pip install 'stepyard[procrastinate]'"
    ) from error

from playground.queues.port import use
from playground.queues.procrastinate.wakes import JobWakes


class ProcrastinateQueue(AppConfig):
    """Name the app, and use the queue."""

    name = "playground.queues.procrastinate"
    label = "queue_procrastinate"

    def ready(self) -> None:
        """Use the queue in this process."""
        use(JobWakes(), JobsHost)
