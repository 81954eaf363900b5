"""What every endpoint shares: methods, strict JSON in, JSON out, and errors with the right status."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from engine.errors import Issue, StepyardError
from engine.values.jsontext import readable
from playground.api.request_bodies import NO_QUERY, Query, Schema, fault_in_body, fault_in_query
from playground.forms import JsonError, parse_json
from playground.runs.refusals import EmptyRequest, as_key, headline, refusal_of

Answer = Any
Endpoint = Callable[..., Awaitable[Answer]]
View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class BadRequest(Exception):
    """The request cannot be read."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Take what is wrong, and the status that says so."""
        super().__init__(message)
        self.status = status


def endpoint(*methods: str, query: Query = NO_QUERY) -> Callable[[Endpoint], View]:
    """Make a view of a coroutine that returns JSON, or a response as it is.

    Args:
        methods: what is taken.
        query: the keys that may stand in the query.

    The guard has checked the origin of the request before, so that no token is asked for: a page of another site
    cannot send what is taken here, and programs have no cookie.
    """

    def decorate(function: Endpoint) -> View:
        @wraps(function)
        async def view(request: HttpRequest, **parts: str) -> HttpResponseBase:
            # Who asks for the head of an answer changes nothing.
            if ("GET" if request.method == "HEAD" else request.method) not in methods:
                response = answer({"error": f"{request.method} is not taken here: use {' or '.join(methods)}"}, 405)
                response["Allow"] = ", ".join(methods)
                return response
            if wrong := fault_in_query(dict(request.GET.lists()), query):
                return failure(wrong, 400)
            try:
                found = await function(request, **parts)
            except BadRequest as error:
                return failure(str(error), error.status)
            except StepyardError as error:
                refusal = refusal_of(error)
                if refusal is None:
                    raise
                return failure(headline(error, as_key), refusal.status, getattr(error, "issues", ()))
            return found if isinstance(found, HttpResponseBase) else answer(found)

        return csrf_exempt(view)

    return decorate


def answer(value: Any, status: int = 200) -> HttpResponse:
    """Return a JSON response."""
    return HttpResponse(readable(value), status=status, content_type="application/json")


def streamed(parts: AsyncIterator[str], content_type: str) -> StreamingHttpResponse:
    """Return a response whose parts go out as they come."""
    response = StreamingHttpResponse(parts, content_type=content_type)
    response["Cache-Control"] = "no-store"
    # Compression would hold parts back.
    response["Content-Encoding"] = "identity"
    return response


def failure(message: str, status: int, issues: tuple[Issue, ...] = ()) -> HttpResponse:
    """Return an error as JSON: what is wrong, and where."""
    listed = [{"path": list(issue.path), "message": issue.message} for issue in issues]
    return answer({"error": message} | ({"issues": listed} if listed else {}), status)


def said_in(request: HttpRequest, schema: Schema, but: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON object of the body of a request that has to say something; see `body_of`.

    Raises:
        EmptyRequest: there is no body: what is sent by mistake is to start, answer and send nothing.
    """
    if not request.body:
        raise EmptyRequest
    return body_of(request, schema, but)


def body_of(request: HttpRequest, schema: Schema, but: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON object of a request's body; none is an empty one.

    Args:
        request: the request.
        schema: what its keys may be; see `playground.api.request_bodies`.
        but: keys that are refused by the endpoint itself.

    Raises:
        BadRequest: it is no JSON, no object, not declared as JSON, or has a key that is not known or lacks one.
    """
    if not request.body:
        return {}
    if request.content_type != "application/json":
        raise BadRequest("the body must be JSON: send Content-Type: application/json", status=415)
    try:
        value = parse_json(request.body.decode())
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    except JsonError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadRequest('the body must be a JSON object, such as {"inputData": ...}')
    if wrong := fault_in_body(value, schema, but):
        raise BadRequest(wrong)
    return value


def number(request: HttpRequest, name: str, default: int, *, most: int) -> int:
    """Return a whole number of the query.

    Raises:
        BadRequest: it is none.
    """
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(f"{name} must be a whole number, and is {text!r}")
    return min(int(text), most)
