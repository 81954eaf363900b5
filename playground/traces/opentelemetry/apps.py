"""Chosen with ``STEPYARD_TRACES``, this app has workers make traces by OpenTelemetry."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

try:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

    from playground.traces.opentelemetry.spans import Spans
except ImportError as error:
    raise ImproperlyConfigured(
        "STEPYARD_TRACES needs a library that is not installed: pip install 'stepyard[opentelemetry]'"
    ) from error

from playground.traces.port import use


class OpenTelemetryTraces(AppConfig):
    """Name the app, and have traces made."""

    name = "playground.traces.opentelemetry"
    label = "traces_opentelemetry"

    def ready(self) -> None:
        """Make them in the processes that execute runs; a provider that the user's code has set stays its own."""
        use(_spans)


def _spans() -> Spans:
    given = settings.STEPYARD
    processor: SpanProcessor = (
        SimpleSpanProcessor(ConsoleSpanExporter())
        if given.traces == "console"
        else BatchSpanProcessor(OTLPSpanExporter())
    )
    made = Spans(processor, attributes={"host.name": given.host_name, "service.instance.id": given.worker_id})
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(made.provider)
    return made
