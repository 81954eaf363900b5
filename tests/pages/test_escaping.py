"""Text of users in every place where it is shown: it is text, in the page, in attributes and in forms."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Annotated, Any, Literal

from django.test import AsyncClient
from pydantic import BaseModel, Field, create_model

from engine import Context, create_workflow, step
from playground.actions import actions
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.problems import ImportProblem
from playground.models import Worker
from playground.store import in_transaction
from playground.store.rows import to_text
from tests.pages.stage import Stage, text_of

EVIL = """x"'><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now "Y" %}</script></textarea></title><b onclick=a>&lt;"""
LINK = "javascript:alert(1)//"

Inner = create_model(EVIL, text=(str, Field(default=EVIL, description=EVIL, examples=[EVIL])))


class Hostile(BaseModel):
    """A model whose every word is hostile."""

    chosen: Annotated[Literal[EVIL, "b"], Field(title=EVIL, description=EVIL)] = EVIL  # type: ignore[valid-type]
    named: Annotated[str, Field(alias=EVIL, pattern=r"<b onclick=a>|x")] = "x"
    inner: Inner | int = Field(default=3, title=LINK)  # type: ignore[valid-type]
    table: dict[str, str] = Field(default={EVIL: EVIL})
    items: list[Literal[EVIL]] = Field(default=[EVIL])  # type: ignore[valid-type]


class HostileError(Exception):
    """An error with a hostile name."""


HostileError.__name__ = HostileError.__qualname__ = EVIL


@step(description=EVIL, metadata={EVIL: EVIL})
async def tell(data: Hostile, ctx: Context) -> dict[str, str]:
    """Log, print, write, progress."""
    ctx.logger.warning(EVIL)
    logging.getLogger(EVIL).error(EVIL)
    print(EVIL)
    ctx.write(EVIL)
    ctx.progress(0.5, EVIL)
    ctx.set_state(**{EVIL: EVIL})
    return {EVIL: EVIL}


@step(resume_schema=Hostile, description=EVIL)
async def ask(data: dict[str, str], ctx: Context) -> str:
    """Ask with a hostile question and label."""
    ctx.suspend({"question": EVIL, EVIL: [EVIL]}, label=EVIL)
    raise HostileError(EVIL)


HOSTILE = (
    create_workflow(id="hostile", input_schema=Hostile, output_schema=str, description=EVIL, metadata={"m": EVIL})
    .then(tell)
    .then(ask)
    .commit()
)
AWAITING = create_workflow(id="awaiting", input_schema=str, output_schema=Any).wait_for_event(EVIL).commit()


class Tags(HTMLParser):
    """Remembers what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if any(name.startswith("on") or not name.isascii() or "<" in name for name in names) or tag in ("img", "b"):
            self.wrong.append(self.get_starttag_text() or tag)
        links = [names[name] or "" for name in ("href", "src", "action", "formaction", "hx-get") if name in names]
        self.wrong += [link for link in links if link.strip().lower().startswith(("javascript:", "data:"))]
        if tag == "script" and "src" not in names:
            self.wrong.append("inline script")
        self.texts += [value or "" for value in names.values()]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def check(page: str, *, shows: bool = True) -> None:
    """Fail when a page holds anything of the hostile text but text, or does not show it although it should."""
    tags = Tags()
    tags.feed(page)
    assert not tags.wrong
    everything = "".join(tags.texts)
    assert "14</script>" not in everything
    assert ("onerror=alert(1)" in everything) is shows or not shows


async def problem_and_worker(stage: Stage) -> None:
    """Publish import problems and a worker whose every column is hostile."""
    problem = ImportProblem(module=EVIL, type=EVIL, message=EVIL, file=EVIL, line=1, source=EVIL, traceback=EVIL)
    entries = [
        WorkflowEntry(
            workflow_id=one.id,
            digest=one.digest,
            graph=one.graph,
            description=one.graph["description"],
            module=EVIL,
            file=LINK + EVIL,
            line=7,
        )
        for one in (HOSTILE, AWAITING)
    ]
    await stage.publish(HOSTILE, AWAITING)
    await catalogue.publish(entries, [problem], worker_id="w1", site=["flows.py"])
    now = datetime.now(UTC)
    blocked = {"seconds": 3.0, "run_id": "r", "step": EVIL, "file": EVIL, "line": 3, "source": EVIL}
    for number, ended_at in enumerate((None, now)):
        await in_transaction(
            Worker.objects.create,
            worker_id=f"w{number + 1}",
            pid=1,
            host=EVIL,
            site='["flows.py"]',
            status="ended" if ended_at else "ready",
            started_at=now,
            heartbeat_at=now,
            ended_at=ended_at,
            importing=EVIL,
            problems=to_text([{"module": EVIL, "type": EVIL, "message": EVIL, "traceback": EVIL}]),
            blocked=to_text(blocked),
            exit=EVIL,
            tail=to_text(EVIL),
        )


async def test_the_text_of_users_is_text(stage: Stage) -> None:
    """Pages of workflows, runs, questions, errors, import problems and workers escape every word of the user's."""
    await problem_and_worker(stage)
    given = {EVIL: EVIL, "table": {EVIL: EVIL}, "chosen": EVIL}
    run_id = await actions.start("hostile", given, resource_id=EVIL, request_context={EVIL: EVIL}, state={EVIL: EVIL})
    assert (await stage.play(run_id)).status == "suspended"
    waiting = await actions.start("awaiting", EVIL)
    await stage.play_until(waiting, "waiting")
    for path in ("/workflows/", "/workflows/hostile/", f"/workflows/hostile/?from={run_id}", "/inbox/", "/doctor/"):
        check(await stage.get(path))
    for path in ("tell", "ask"):
        check(await stage.get(f"/runs/{run_id}/?row={path}"))
        check(await stage.get(f"/runs/{run_id}/step/?key={path}"))
    check(await stage.get(f"/runs/{run_id}/fork/?step=tell"))
    check(await stage.get(f"/runs/{waiting}/?row=event-1"))
    answer = {EVIL: "x", "table": {EVIL: EVIL}}
    await actions.resume(run_id, "ask", answer)
    assert (await stage.play(run_id)).status == "failed"
    for path in (f"/runs/{run_id}/", f"/runs/{run_id}/?row=ask", "/runs/", "/workflows/"):
        check(await stage.get(path))
    await actions.cancel(waiting, EVIL)
    check(await stage.get(f"/runs/{waiting}/"))


async def test_what_was_asked_for_is_text(stage: Stage) -> None:
    """Queries, paths and posts that are shown again are escaped, whatever the status of the answer."""
    await problem_and_worker(stage)
    client: AsyncClient = stage.client
    query = dict.fromkeys(("q", "workflow", "status", "since", "until", "after", "from", "notice", "open"), EVIL)
    for path in ("/workflows/", "/workflows/hostile/", "/runs/", "/inbox/", "/doctor/", "/nowhere/"):
        response = await client.get(path, query)
        assert response.status_code < 500
        check(text_of(response), shows=False)
    for path in (f"/workflows/{EVIL}/", f"/runs/{EVIL}/", f"/{EVIL}/"):
        response = await client.get(path.replace("/script", "script").replace("/t", "t"))
        assert response.status_code == 404
        check(text_of(response), shows=False)
    names = ("json", "text", "mode", "tab", "do", "v:", "v:/table", "k:/table", EVIL)
    for posted in (dict.fromkeys(names, EVIL), {"json": "{" + EVIL, "tab": "json", "do": "run"}):
        response = await client.post("/workflows/hostile/", posted)
        assert response.status_code < 500
        check(text_of(response), shows=False)


async def test_errors_of_the_api_are_json(stage: Stage) -> None:
    """What the API says of hostile text is no page, so that no browser would read it as one."""
    await problem_and_worker(stage)
    for body in ({"inputData": EVIL}, {"inputData": {"chosen": "<b>"}}):
        response = await stage.client.post("/api/workflows/hostile/start", body, content_type="application/json")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/json"


def test_the_check_would_notice() -> None:
    """The check finds what it looks for."""
    for bad in (EVIL, f'<a href="{LINK}">', "<script>x</script>", '<p onclick="x">'):
        tags = Tags()
        tags.feed(bad)
        assert tags.wrong
