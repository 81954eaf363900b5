"""What form posts have in common: pairs, files, and errors as issues."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from engine.errors import InvalidValue
from playground.forms import Issue
from playground.forms.form import PREFIX
from playground.runs.refusals import EmptyRequest

Pairs = list[tuple[str, str]]
Files = list[tuple[str, str, bytes]]


def posted(request: HttpRequest) -> tuple[Pairs, Files]:
    """Return what a form posted: its pairs in order, and its files with name and content.

    Raises:
        EmptyRequest: nothing is from the form, which always says which of its tabs is open.
    """
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    files = [(name, file.name or "", file.read()) for name, uploads in request.FILES.lists() for file in uploads]
    if not any(
        name == PREFIX or name.startswith((f"{PREFIX}:", f"{PREFIX}/")) for name in (*request.POST, *request.FILES)
    ):
        raise EmptyRequest
    return pairs, files


def wants_part(request: HttpRequest) -> bool:
    """Tell whether the page's script asks, which puts the answer in place of a part of the page."""
    return bool(HtmxDetails(request))


def issues_of(error: InvalidValue) -> list[Issue]:
    """Return an engine error's issues as those of a form."""
    return [Issue(path=issue.path, message=issue.message) for issue in error.issues]
