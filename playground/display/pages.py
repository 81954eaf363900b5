"""What every page shares: its frame's context, and how a frozen context becomes a response."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.display import toasts
from playground.guard.callers import caller

THEME_COOKIE = "stepyard_theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNotice:
    """A message above the page, for what a form post could not do, or what happened meanwhile."""

    status: str
    text: str
    typed: str = ""
    """What was given and could not be taken, as JSON, so that it is not lost."""
    runs: tuple[str, ...] = ()
    """The ids of the runs that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What the frame around a page shows."""

    section: str = ""
    inbox: int = 0
    """How many steps wait for a person."""
    trouble: str = ""
    """What the doctor's page would say first, empty when all is well."""
    broken: str = ""
    """The bar about what of the user's code does not import now, as HTML."""
    notices: tuple[PageNotice, ...] = ()


def context_of(value: Any) -> dict[str, Any]:
    """Return the fields of a frozen context, not copied deeply."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def theme_of(request: HttpRequest) -> str:
    """Return the theme that was set, empty for the system's."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def page(request: HttpRequest, template: str, context: Any, *, frame: PageFrame, status: int = 200) -> HttpResponse:
    """Render a page.

    Args:
        request: whose cookies choose the theme.
        template: the page's template.
        context: a frozen dataclass, or None for a page without facts.
        frame: what stands around it.
        status: of the response.
    """
    facts: Mapping[str, Any] = {} if context is None else context_of(context)
    toast = toasts.told(request)
    around = context_of(frame) | {
        "theme": theme_of(request),
        "debug": settings.DEBUG,
        "caller": caller.get(),
        "toast": toast,
    }
    response = render(request, template, {**around, **facts}, status=status)
    if toast is not None:
        toasts.forget(response)
    return response
