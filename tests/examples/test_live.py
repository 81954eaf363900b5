"""Live equals reload: a page that took every patch shows what a page shows that is loaded now."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from engine import Workflow
from engine.events import Event
from engine.testing import Collector
from playground import examples
from playground.display.pages import context_of
from playground.history import History, Window
from playground.runpage.loaded_run import Loaded
from playground.runpage.opened_step import step_html
from playground.runpage.parts import RowPart, parts_of
from playground.runpage.patches import patch
from playground.runpage.view import Line, RunView, run_view
from tests.scenarios.recording import in_memory

ORDER = {
    "customer": {
        "name": "Ada",
        "email": "ada@example.org",
        "address": {"street": "Rua do Almada 1", "city": "Porto", "postcode": "4050-030"},
    },
    "lines": [{"sku": "LAMP-2", "quantity": 2}],
    "payment": {"method": "card", "last_four": "4242"},
}
RUNS: dict[str, tuple[Workflow[Any, Any], Any, dict[str, Any]]] = {
    "agent": (examples.tool_agent, {}, {}),
    "articles": (examples.article_pipeline, {"topics": [{"title": "Bread"}, {"title": "Salt"}]}, {}),
    "etl": (examples.page_extract, {"pages": 12}, {}),
    "etl, broken": (examples.page_extract, {"pages": 14, "broken_page": 9}, {}),
    "expenses": (
        examples.expense_approval,
        {"employee": "Ada", "spent_on": "2026-06-01", "items": [{"what": "desk", "amount": "80"}]},
        {"manager_approval": {"approved": True}},
    ),
    "orders": (examples.order_fulfilment, ORDER, {}),
    "review": (
        examples.text_review,
        {},
        {"legal_review": {"note": "fine"}, "editor_review": {"verdict": "change"}},
    ),
    "reminders": (examples.invoice_reminders, {"customer": "Ada", "amount": "120.00", "pause": "P7D"}, {}),
    "trip": (examples.trip_booking, {"city": "Porto"}, {}),
    "trip, undone": (examples.trip_booking, {"city": "Porto", "budget": 300}, {}),
    "weather": (examples.weather_planner, {"city": "Bergen"}, {}),
}
PARTLY = {
    "one pass": ("agent", Window(loop="/passes", number=2)),
    "text": ("agent", Window(text="think")),
    "failed": ("etl, broken", Window(show="failed")),
    "slow": ("etl", Window(show="slow")),
    "page": ("etl", Window(focus="fetch_page", start=4, shown=5)),
    "waiting": ("review", Window(show="waiting")),
}
TOGETHER = 8
"""So many pieces of a stream may come in one message; whatever else happens, the page is compared after it."""
LOOKS = {name: (name, Window()) for name in RUNS} | PARTLY
MOVES = re.compile(
    r'(<time data-[^>]*>)[^<]*|\s(?:x|width)="[\d.]+%"|\sdata-(?:now|stretches)="[^"]*"'
    r'|\saria-expanded="\w+"| open(?=>)'
)
"""What the page's script keeps current by itself: clocks, the places of bars, and whether a row is open."""


class Shown:
    """A page as a browser has it: its parts by id, and its rows in order."""

    def __init__(self, loaded: Loaded, view: RunView) -> None:
        """Load it."""
        context = context_of(parts_of(loaded, view)) | {"csrf_token": "t"}
        self.parts = {name: render_to_string(f"run/{file}.html", context) for name, file in PARTS.items()}
        self.rows = {f"row-{line.id}": row_html(line, loaded, view) for line in view.lines}
        self.marks = dict(view.marks)
        self.links = dict(view.links)
        self.counts = {node: [count.text, count.words] for node, count in view.counts.items()}

    def take(self, message: dict[str, Any]) -> None:
        """Take a message as the page's script does."""
        for target, swap, body in PARTIAL.findall(message["html"]):
            name = re.sub(r"^\[id='(.*)'\]$", r"\1", target.replace("&#x27;", "'"))
            if name in self.rows and swap == "outerMorph":
                self.rows[name] = kept(self.rows[name], body)
            elif swap == "outerMorph":
                assert name in self.parts, name
                self.parts[name] = body
            elif swap == "innerHTML":
                row = name.replace("body-", "row-", 1)
                self.rows[row] = BODY.sub(lambda found, fresh=body: f"{found[1]}>{fresh}</div>\n</li>", self.rows[row])
            else:
                self._insert("" if name == "#rows" else name, ROW.findall(body))
        for key in message["opened"]:
            self.rows[f"row-{key}"] = BODY.sub(r"\1>\3</div>\n</li>", self.rows[f"row-{key}"])
        for key in message["removed"]:
            del self.rows[f"row-{key}"]
        if message["order"]:
            self.rows = {f"row-{key}": self.rows[f"row-{key}"] for key in message["order"]}
        self.marks |= message["marks"]
        self.links |= message["links"]
        self.counts |= message["counts"]

    def still(self, opened: Collection[str]) -> dict[str, str]:
        """Return parts and rows without what the page's script keeps current, and the insides of rows not opened."""
        rows = {
            name: html if name in opened else BODY.sub(r"\1></div>\n</li>", html) for name, html in self.rows.items()
        }
        return {name: MOVES.sub(r"\1", html).strip() for name, html in (self.parts | rows).items()}

    def _insert(self, anchor: str, fresh: Sequence[tuple[str, str]]) -> None:
        kept = list(self.rows.items())
        at = 0 if not anchor else list(self.rows).index(anchor) + 1
        self.rows = dict([*kept[:at], *((name, html) for html, name in fresh), *kept[at:]])


PARTS = {
    "run-why": "why",
    "run-code": "code",
    "run-head": "head",
    "run-values": "result",
    "run-state": "state",
    "filters": "filters",
    "axis": "axis",
    "breaks": "breaks",
}
PARTIAL = re.compile(r'<hx-partial hx-target="([^"]*)" hx-swap="(\w+)">(.*?)</hx-partial>', re.DOTALL)
ROW = re.compile(r'(<li class="row" id="([^"]*)".*?</li>\n(?=<li class="row"|$))', re.DOTALL)


BODY = re.compile(r'(<div class="row-body" id="[^"]*" hx-morph-skip)( hidden)?>(.*)</div>\n</li>', re.DOTALL)


def kept(old: str, new: str) -> str:
    """Return a row that is drawn again around the body that it has already."""
    body = BODY.search(old)
    return new if body is None else BODY.sub(lambda _: body[0], new)


def row_html(line: Line, loaded: Loaded, view: RunView) -> str:
    """Return a row as the page has it."""
    html = step_html(view, line, loaded.graph, token="t") if line.open and line.row.opens else ""
    return render_to_string("run/row.html", context_of(RowPart(view=view, line=line, html=html, selected="")))


async def events_of(workflow: Workflow[Any, Any], value: Any, answers: dict[str, Any]) -> list[Event]:
    """Return the events of a run."""
    collector = Collector()
    run = await in_memory(workflow).workflow(workflow.id).create_run()
    run.watch(collector)
    await run.start(value)
    for path, answer in answers.items():
        await run.resume(path, answer)
    return collector.events


def looks(events: Sequence[Event]) -> Iterator[tuple[int, Sequence[Event]]]:
    """Yield how many events there are at each look, and those that came since the last one."""
    last = 0
    for seen, event in enumerate(events, 1):
        goes_on = event.type == "step-output" and seen < len(events) and events[seen].type == "step-output"
        if not goes_on or seen - last == TOGETHER:
            yield seen, events[last:seen]
            last = seen


def test_every_example_is_looked_at() -> None:
    """One that is new, too."""
    assert {workflow.id for workflow, _, _ in RUNS.values()} == {
        getattr(examples, name).id for name in examples.__all__
    }


@pytest.mark.parametrize("look", LOOKS)
async def test_live_equals_reload_at_every_event(look: str) -> None:
    """Of every example, and whatever part of its journal is looked at."""
    name, window = LOOKS[look]
    workflow, value, answers = RUNS[name]
    events = await events_of(workflow, value, answers)
    old, live = None, History()
    for seen, fresh_events in looks(events):
        live.feed(fresh_events)
        again = History(events[:seen])
        now = fresh_events[-1].at + timedelta(milliseconds=1)
        view, fresh_view = (run_view(one, workflow.graph, now=now, window=window) for one in (live, again))
        loaded, reloaded = (Loaded(history=one, entry=None, window=window) for one in (live, again))
        if old is None:
            shown = Shown(loaded, view)
        else:
            shown.take(patch(loaded, old, view, token="t", moved=True))
        old, fresh = view, Shown(reloaded, fresh_view)
        assert list(shown.rows) == list(fresh.rows)
        opened = {f"row-{line.id}" for line in fresh_view.lines if line.open}
        assert shown.still(opened) == fresh.still(opened)
        assert fresh.marks.items() <= shown.marks.items()
        assert fresh.links.items() <= shown.links.items()
        assert fresh.counts.items() <= shown.counts.items()
