"""What stands around each page: where one is, how much waits for a person, what is wrong."""

from django.http import HttpRequest

from playground.catalogue import catalogue
from playground.display.pages import PageFrame, PageNotice
from playground.fleet import workers
from playground.runs.inbox import inbox_count

NOTICES = {
    "canceled": PageNotice(status="canceled", text="The run is canceled."),
    "saved": PageNotice(status="success", text="The input is saved."),
    "forgotten": PageNotice(status="success", text="The saved input is deleted."),
    "deleted": PageNotice(status="success", text="Deleted."),
    "none": PageNotice(status="warning", text="No run was ticked, so nothing was done."),
}
"""What a redirect may say, by its ``?notice=``."""


async def frame_of(request: HttpRequest, section: str, notices: tuple[PageNotice, ...] = ()) -> PageFrame:
    """Return the frame of a page."""
    said = NOTICES.get(request.GET.get("notice", ""))
    return PageFrame(
        section=section,
        inbox=await inbox_count(),
        trouble=await trouble(),
        notices=notices + ((said,) if said else ()),
    )


async def trouble() -> str:
    """Return the first thing that the doctor's page would complain about."""
    problems = await catalogue.import_errors()
    if problems:
        return f"{problems[0].module} {problems[0].verdict}"
    if not await workers.ready_count():
        return "no worker is connected"
    return "a worker is blocked" if await workers.blocked_count() else ""
