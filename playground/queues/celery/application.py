"""Celery's application: how wakes travel, the same for those who send and those who execute."""

from typing import Any

from celery import Celery
from kombu import Exchange, Queue

TASK = "stepyard.segment"
MOST_URGENT = 9
"""The highest priority that both brokers know; what is above counts as this."""
CONNECT = 2.0
"""Seconds to wait for the broker."""
IDLE = 600
"""Seconds after which a broker that can forgets the queue of a worker that is gone."""


def application(broker: str) -> Celery:
    """Return an application of its own for a process; the broker is given as a URL."""
    app = Celery("stepyard", broker=broker, set_as_current=False, fixups=[])
    app.conf.update(
        task_ignore_result=True,
        # A wake is taken off the queue when the run rests, so that the death of a worker loses none.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_timeout=CONNECT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=10,
        broker_transport_options=_transport(broker),
        task_queue_max_priority=MOST_URGENT,
    )
    return app


def know(app: Celery, name: str) -> None:
    """Have the application declare a queue always alike, since brokers refuse what differs from before."""
    queues: Any = app.amqp.queues
    if name not in queues:
        expires = IDLE if name.startswith("worker.") else None
        made = Queue(name, Exchange(name), routing_key=name, max_priority=MOST_URGENT, expires=expires)
        queues.add(made)


def urgency(app: Celery, priority: int) -> int:
    """Return a priority as the broker takes it; for Redis the lowest number is the most urgent."""
    bounded = max(0, min(MOST_URGENT, priority))
    return MOST_URGENT - bounded if _is_redis(str(app.conf.broker_url)) else bounded


def _is_redis(broker: str) -> bool:
    return broker.startswith(("redis", "rediss", "unix"))


def _transport(broker: str) -> dict[str, Any]:
    if _is_redis(broker):
        return {
            "socket_connect_timeout": CONNECT,
            "socket_timeout": 5 * CONNECT,
            "socket_keepalive": True,
            "queue_order_strategy": "priority",
        }
    return {"confirm_publish": True}
