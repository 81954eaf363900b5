"""Django's middleware without the way to a thread and back for each of its looks at a request."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware

SMALL = 32 * 1024
"""Bytes that are compressed, or read as a form, in less time than a thread takes to begin."""


class OnTheLoop:
    """Mixed into a middleware of Django's: what it does with a small request is done where the request is.

    Django hands each look of a middleware that knows no coroutines to a thread: eight times there and back for a
    request that a view answers in a millisecond. None of them waits for anything.
    """

    get_response: Any

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the request, have it answered, and look at the response."""
        looks: Any = self
        early = looks.process_request(request) if hasattr(looks, "process_request") else None
        response: HttpResponseBase = early or await self.get_response(request)
        if not hasattr(looks, "process_response"):
            return response
        if response.streaming or len(getattr(response, "content", b"")) <= SMALL:
            answered: HttpResponseBase = looks.process_response(request, response)
            return answered
        looked_at: HttpResponseBase = await sync_to_async(looks.process_response)(request, response)
        return looked_at


class Compression(OnTheLoop, GZipMiddleware):
    """Compresses responses for those who take that."""


class Common(OnTheLoop, CommonMiddleware):
    """Says how long a response is, and leads an address without a slash to its page."""


class CsrfCheck(OnTheLoop, CsrfViewMiddleware):
    """Refuses a form that another site has sent."""

    async def process_view(  # type: ignore[override]  # Django takes a coroutine here; its stubs do not know
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseBase | None:
        """Check the token of a request that changes something; a long form is read in a thread."""
        arguments = (request, callback, callback_args, callback_kwargs)
        check = super().process_view
        if int(request.META.get("CONTENT_LENGTH") or 0) <= SMALL:
            return check(*arguments)
        return await sync_to_async(check)(*arguments)
