"""The theme, for those whose browser runs no script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from playground.display.pages import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Set the theme and go back."""
    wanted = request.POST.get("theme", "")
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if safe else "/", status=303)
    response.set_cookie(THEME_COOKIE, wanted if wanted in THEMES else "", max_age=YEAR, samesite="Strict")
    return response
