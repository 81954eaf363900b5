"""What templates need to write statuses, icons, times and values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from engine.paths import format_path
from playground.display import code_excerpt
from playground.display.markdown import markdown
from playground.display.values import as_html, preview
from playground.history import TracebackLine, Window, length_text
from playground.runpage.view import parameters_of, query_of
from playground.runs.bounded_counts import count_text

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Return an icon of the sheet; it says nothing to screen readers, the word beside it does."""
    return format_html(
        '<svg class="icon" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        size,
        size,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def chip(status: str, size: str = "") -> SafeString:
    """Return a status as icon and word."""
    return format_html(
        '<span class="chip" data-status="{}" data-size="{}"><span class="spin">{}</span>{}</span>',
        status,
        size,
        icon(status, 14 if size == "" else 16),
        status,
    )


@register.simple_tag
def ago(at: datetime | None) -> SafeString | str:
    """Return a time as ``3 min ago``, with the exact time as its title; the page's script keeps it current."""
    if at is None:
        return ""
    text = ago_text(datetime.now(UTC) - at)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-ago="{}">{}</time>',
        at.isoformat(),
        f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        round(at.timestamp() * 1000),
        text,
    )


@register.simple_tag
def due(at: datetime | None) -> SafeString | str:
    """Return a time to come as ``in 3 min``, counted down by the page's script."""
    if at is None:
        return ""
    left = (at - datetime.now(UTC)).total_seconds()
    return format_html(
        '<time datetime="{}" title="{} UTC" data-due="{}">{}</time>',
        at.isoformat(),
        f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        round(at.timestamp() * 1000),
        f"in {length_text(left)}" if left > 0 else "now",
    )


@register.simple_tag
def took(start: datetime | None, end: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Return how long something took; with no end it counts on, from ``now`` when the caller gives it."""
    if start is None:
        return ""
    if end is not None:
        return length_text((end - start).total_seconds())
    text = length_text(((now or datetime.now(UTC)) - start).total_seconds())
    return format_html('<time data-since="{}">{}</time>', round(start.timestamp() * 1000), text)


@register.simple_tag
def clock(at: datetime | None) -> SafeString | str:
    """Return the time of day to the millisecond, which the page's script turns into that of the reader's zone."""
    if at is None:
        return ""
    text = f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03d}"
    return format_html('<time data-clock datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def local(at: datetime) -> str:
    """Return a time by the clock of its own zone: ``Mon 2030-01-07 09:00 CET``."""
    return f"{at:%a %Y-%m-%d %H:%M}{f':{at:%S}' if at.second else ''} {at:%Z}"


@register.filter
def json(value: Any) -> SafeString:
    """Return a JSON value laid out and coloured."""
    return as_html(value)


@register.simple_tag
def shown(value: Any, run_id: str, part: str, step: str = "") -> SafeString:
    """Return a value of a run as `json` does; where it is cut, with a link to all of it."""
    address = reverse("run-value", args=[run_id, part])
    return as_html(value, f"{address}?{urlencode({'step': step})}" if step else address)


@register.simple_tag
def rows_at(window: Window, **changed: Any) -> str:
    """Return the query by which a run's page shows other rows: those of the window, with some of its fields changed."""
    return query_of(replace(window, **changed)) or "?"


@register.simple_tag
def asked_by(window: Window, **changed: Any) -> SafeString:
    """Return the hidden fields by which a form asks for the rows of `rows_at`, with what is typed into it."""
    parameters = parameters_of(replace(window, **changed))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', parameters.items())


@register.filter
def count(number: int) -> str:
    """Return a count of runs, which says ``1,000+`` where there are more."""
    return count_text(number)


@register.filter
def as_markdown(text: str) -> SafeString:
    """Return a text read as Markdown, without mark-up of its own."""
    return markdown(text)


@register.filter
def brief(value: Any) -> str:
    """Return a JSON value in a few words."""
    return preview(value)


@register.filter
def path(parts: Sequence[str | int]) -> str:
    """Return a step's path as it is written."""
    return format_path(tuple(parts))


@register.filter
def lines(frame: TracebackLine) -> tuple[code_excerpt.SourceLine, ...]:
    """Return a line of a traceback with those around it."""
    return code_excerpt.excerpt(frame.file, frame.line, frame.code)


@register.filter
def editor(frame: TracebackLine) -> str:
    """Return the address that opens a line of a traceback in the editor."""
    return code_excerpt.editor_url(frame.file, frame.line)


@register.filter
def length_of(seconds: float) -> str:
    """Return a number of seconds as a length of time."""
    return length_text(seconds)


@register.filter
def rate(per_second: float) -> str:
    """Return how many a second, or a minute when they are few."""
    if per_second >= 1:
        return f"{per_second:.0f} a second"
    return f"{per_second * 60:.0f} a minute"


@register.filter
def percent(fraction: float | None) -> str:
    """Return 0 to 1 as a whole percentage."""
    return "" if fraction is None else f"{min(max(fraction, 0.0), 1.0) * 100:.0f}"


def ago_text(length: timedelta) -> str:
    """Return how long ago something was, in the largest unit that says something."""
    seconds = length.total_seconds()
    if seconds < 5:
        return "just now"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago" if seconds >= size * 1.5 or size == 1 else f"1 {unit} ago"
    return "just now"
