"""Where Django's middleware looks at requests: on the event loop, but for what is long."""

import threading
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import AsyncRequestFactory

from playground.server.middleware import SMALL, Common, Compression, CsrfCheck


@pytest.mark.parametrize("kind", [Compression, Common, CsrfCheck])
@pytest.mark.parametrize(("length", "on_the_loop"), [(10, True), (SMALL + 1, False)])
async def test_a_short_response_goes_to_no_thread(kind: Any, length: int, on_the_loop: bool) -> None:
    """Each of the three looks at a short response where it is, and at a long one in a thread."""
    seen: list[threading.Thread] = []

    class Noted(kind):  # type: ignore[misc]  # the three have the same methods
        def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
            seen.append(threading.current_thread())
            return super().process_response(request, response)  # type: ignore[no-any-return]

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"x" * length)

    response = await Noted(view)(AsyncRequestFactory().get("/"))
    assert response.status_code == 200
    assert [thread is threading.current_thread() for thread in seen] == [on_the_loop]


@pytest.mark.parametrize(("length", "on_the_loop"), [(10, True), (SMALL + 1, False)])
async def test_a_short_form_is_read_on_the_loop(length: int, on_the_loop: bool) -> None:
    """The token of a short form is looked for where the request is, that of a long one in a thread."""
    seen: list[threading.Thread] = []

    class Noted(CsrfCheck):
        def _check_token(self, request: HttpRequest) -> None:
            seen.append(threading.current_thread())
            super()._check_token(request)

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = AsyncRequestFactory().post("/", {"field": "x" * length})
    refused = await Noted(view).process_view(request, view, (), {})
    assert refused is not None
    assert refused.status_code == 403
    assert [thread is threading.current_thread() for thread in seen] == [on_the_loop]
