"""Celery: a queue whose messages a broker carries, RabbitMQ or Redis."""
