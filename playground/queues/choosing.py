"""Which of Django's apps a process needs for what was chosen: to carry runs and hints between machines, and traces."""

from django.core.exceptions import ImproperlyConfigured

from playground.configuration import Configuration

APPS = {
    # Ours comes first, since it says what to install when the library is missing.
    "procrastinate": ["playground.queues.procrastinate", "procrastinate.contrib.django"],
    "celery": ["playground.queues.celery"],
}
BROKER = "amqp://USER:PASSWORD@HOST:5672/ or redis://HOST:6379/0"


def further_apps(given: Configuration) -> list[str]:
    """Return the apps; none when nothing was chosen.

    Raises:
        ImproperlyConfigured: what was chosen lacks what it needs.
    """
    chosen = {"STEPYARD_REDIS": given.redis, "STEPYARD_QUEUE": given.queue}
    for variable in (name for name, value in chosen.items() if value and not given.database):
        raise ImproperlyConfigured(
            f"{variable} is for runs that several machines share, and needs STEPYARD_DATABASE, such as "
            "postgres://USER:PASSWORD@HOST:5432/NAME."
        )
    chosen_apps = ["playground.broadcast.redis"] if given.redis else []
    if given.traces:
        chosen_apps.append("playground.traces.opentelemetry")
    if not given.queue:
        return chosen_apps
    if given.queue == "celery" and not given.broker:
        raise ImproperlyConfigured(f"STEPYARD_QUEUE is celery, which needs STEPYARD_BROKER, such as {BROKER}.")
    return [*chosen_apps, *APPS[given.queue]]
