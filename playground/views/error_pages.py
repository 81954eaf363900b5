"""Pages for what is not there and for what went wrong, and the middleware that turns the engine's errors into them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from playground.catalogue.catalogue import NotImported
from playground.display.pages import PageFrame, page
from playground.runs.refusals import UNKNOWN, as_query, refusal_of, words
from playground.store import DatabaseBusy
from playground.views.frame import frame_of

AGAIN = 1
"""Seconds after which a browser asks again for what is not imported yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Context of ``error.html``."""

    code: int
    title: str
    text: str


class EngineErrors:
    """Middleware: what a view could not do because of the request is a page that says so, never a 500."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        """Wrap the views."""
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return await self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for an error of the request; others pass."""
        if request.path.startswith("/api/"):
            return None
        if isinstance(exception, NotImported) and request.method in ("GET", "HEAD"):
            return _coming(request, exception)
        refusal = refusal_of(exception)
        if refusal is None:
            return None
        return error_page(request, refusal.status, refusal.title, words(exception, as_query))


def error_page(request: HttpRequest, code: int, title: str, text: str) -> HttpResponse:
    """Render an error as a page."""
    context = ErrorPage(code=code, title=title, text=text)
    return page(request, "error.html", context, frame=_frame(request), status=code)


def _coming(request: HttpRequest, exception: NotImported) -> HttpResponse:
    """Answer that what is asked for may come when the code is imported; the browser asks again until it is."""
    response = error_page(request, 503, "The code is being imported", f"{exception}. This page then comes by itself.")
    # The browser itself, since a socket that is opened after the worker has told of its code hears nothing.
    response["Refresh"] = response["Retry-After"] = str(AGAIN)
    return response


def _answer(request: HttpRequest, code: int, title: str, text: str) -> HttpResponse:
    """Tell people by a page, and programs as the API tells them."""
    if request.path.startswith("/api/"):
        return JsonResponse({"error": text}, status=code)
    return error_page(request, code, title, text)


def _frame(request: HttpRequest) -> PageFrame:
    """Return the frame of other pages, without its facts when the database is what went wrong."""
    try:
        frame: PageFrame = async_to_sync(frame_of)(request, "")
    except (DatabaseBusy, DatabaseError):
        return PageFrame()
    return frame


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return _answer(request, 404, UNKNOWN.title, f"Nothing is at {request.path}.")


def broken(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong in our own code; it is in the log with its traceback."""
    return _answer(
        request, 500, "Something broke", "This is a fault of the playground itself. Its terminal shows the traceback."
    )
