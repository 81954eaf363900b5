"""What stands around each page: where one is, how much waits for a person, what is wrong."""

from django.http import HttpRequest

from playground.catalogue import catalogue
from playground.display.pages import Notice, PageFrame
from playground.fleet import workers
from playground.runs.inbox import inbox_count

NOTICES = {
    "canceled": Notice(status="canceled", text="The run is canceled."),
    "saved": Notice(status="success", text="The input is saved."),
    "forgotten": Notice(status="success", text="The saved input is deleted."),
    "deleted": Notice(status="success", text="Deleted."),
    "none": Notice(status="warning", text="No run was ticked, so nothing was done."),
}
"""What a redirect may say, by its ``?notice=``."""


async def frame_of(request: HttpRequest, section: str, notices: tuple[Notice, ...] = ()) -> PageFrame:
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
