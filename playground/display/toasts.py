"""What was just done, told once by the page that a redirect leads to, with a way back where there is one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

COOKIE = "stepyard_toast"
LIFETIME = 60
"""Seconds within which a page has to show it."""
LARGEST = 3000
"""Characters of a cookie's value; browsers drop cookies beyond 4 kB, and the rest of the header needs room, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """A message about what was done."""

    status: str
    text: str
    run: str = ""
    """The id of the run to look at next; empty for none."""
    undo: str = ""
    """The address to which a post takes it back; empty where nothing can."""
    given: Mapping[str, str] = field(default_factory=dict)
    """The fields of that post."""


FIELDS = frozenset(one.name for one in fields(Toast))
"""What is read from a cookie, which may be of another version."""


def done(address: str, toast: Toast) -> HttpResponse:
    """Return a redirect to a page of ours that tells what was done.

    A way back that is too large for a cookie is left out; the message is told all the same.
    """
    response = HttpResponseRedirect(address, status=303)
    value = _written(toast)
    if len(value) > LARGEST:
        value = _written(Toast(status=toast.status, text=toast.text, run=toast.run))
    response.set_cookie(COOKIE, value, max_age=LIFETIME, httponly=True, samesite="Strict")
    return response


def told(request: HttpRequest) -> Toast | None:
    """Return what is to be told of on this page; what a script asks for is a part of a page, and tells nothing."""
    if COOKIE not in request.COOKIES or "HX-Request" in request.headers or request.method == "HEAD":
        return None
    try:
        found = json.loads(signing.loads(request.COOKIES[COOKIE], salt=COOKIE, max_age=LIFETIME))
        return Toast(**{name: value for name, value in found.items() if name in FIELDS})
    except (signing.BadSignature, TypeError):
        # It is older, or of a process that was restarted since; or of another version, and lacks what this one needs.
        return None


def forget(response: HttpResponse) -> None:
    """Have the browser tell it no second time."""
    response.delete_cookie(COOKIE, samesite="Strict")


def _written(toast: Toast) -> str:
    facts = {
        "status": toast.status,
        "text": toast.text,
        "run": toast.run,
        "undo": toast.undo,
        "given": dict(toast.given),
    }
    return signing.dumps(json.dumps(facts), salt=COOKIE, compress=True)
