"""What load balancers, orchestrators and monitoring systems ask of a web process."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from playground.runs.metrics import as_text, read_figures
from playground.store import DatabaseBusy
from playground.store.database import in_patient_database
from playground.store.upgrading import DatabaseNotReady, require_up_to_date

LOOK = 2.0
"""Seconds for which the database is waited for: whoever asks gives up soon, and asks again."""


@require_safe
async def alive(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return _said("ok")


@require_safe
async def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be sent here: the database answers, and has the tables of this version."""
    try:
        await in_patient_database(LOOK, _look)
    except DatabaseNotReady:
        return _said("the database lacks tables of this version, or cannot be used", 503)
    except DatabaseBusy:
        return _said("the database cannot be used", 503)
    return _said("ok")


@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to Prometheus."""
    return HttpResponse(as_text(await read_figures()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _look() -> None:
    """Ask the database something; this comes first, since a connection that broke is made anew for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    require_up_to_date()


def _said(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
