"""What a step writes while its row is open comes as what is new, and not as a whole again."""

import re
from datetime import timedelta

import pytest

from playground.history import History, Window
from playground.runpage.loaded_run import Loaded
from playground.runpage.opened_step import step_html
from playground.runpage.patches import patch
from playground.runpage.view import RunView, run_view
from playground.views.pattern_samples import BEGIN, Line, events, flow, started, step

GRAPH = flow("w", step("talk"))
OPENING: list[Line] = [
    (0, "run-created", "", {"workflow_id": "w", "input": 1}),
    (0, "run-started", "", {}),
    started(1, "talk"),
]


def chunk(at: float, value: object) -> Line:
    """Return the event of something that is written."""
    return (at, "step-output", "talk", {"chunk": value})


def view(history: History, at: float) -> RunView:
    """Return the page at a time."""
    return run_view(history, GRAPH, now=BEGIN + timedelta(seconds=at))


def message(*news: Line, before: tuple[Line, ...] = (), held: tuple[str, ...] = ("talk",)) -> dict[str, object]:
    """Return what a page that has ``before`` is sent when there is more."""
    found = events("r", [*OPENING, *before, *news])
    history = History(found[: len(OPENING) + len(before)])
    old = view(history, 2)
    history.feed(found[len(OPENING) + len(before) :])
    loaded = Loaded(history=history, entry=None, window=Window())
    return patch(loaded, old, view(history, 3), token="t", moved=True, held=held)


def test_only_what_is_new_is_sent_to_an_opened_row() -> None:
    """With the place where it begins; of ten thousand chunks as of the first."""
    many = tuple(chunk(2, "é🙂") for _ in range(10_000))
    assert message(chunk(2, "upon "), chunk(2, "a"), before=(chunk(2, "Once "),))["grown"] == {"talk": (5, "upon a")}
    sent = message(chunk(2, " a time"), before=many)
    assert sent["grown"] == {"talk": (20_000, " a time")}
    assert sent["bodies"] == []
    assert str(sent["html"]).count("🙂") <= 300


def test_nothing_of_it_is_sent_to_a_closed_row() -> None:
    """The row itself shows its end."""
    sent = message(chunk(2, "Once"), before=(chunk(2, "It was. "),), held=())
    assert sent["grown"] == {}
    assert "Once" in str(sent["html"])


def test_each_call_of_the_function_has_a_place_of_its_own() -> None:
    """What an interrupted attempt wrote is not the beginning of what the next one writes."""
    lost: Line = (3, "run-recovered", "", {"reason": "killed", "interrupted": [["talk"]], "lost": 1})
    asked: Line = (4, "step-suspended", "talk", {"payload": None, "call": 1})
    answered: Line = (5, "step-resumed", "talk", {"data": True})
    before = (chunk(2, "The pri"), lost, started(3, "talk", 2))
    first = message(chunk(4, "The price is 7."), before=before)
    assert (first["grown"], first["bodies"]) == ({}, ["talk"])
    assert message(chunk(4, " now"), before=(*before, chunk(4, "The price")))["grown"] == {"talk": (9, " now")}
    history = History(events("r", [*OPENING, *before, chunk(4, "draft"), asked, answered, chunk(5, "draft")]))
    (line,) = (line for line in view(history, 6).lines if line.row.path == "talk")
    assert line.row.written is not None
    assert line.row.written.text == "draft"
    html = step_html(view(history, 6), line, GRAPH, token="t")
    titles = re.findall("<h4 data-call>([^<]*)</h4>", html)
    assert titles == ["Attempt 1", "Attempt 2", "Attempt 2, after question 1"]
    texts = re.findall('<pre class="pre written-whole" tabindex="0"( data-written)?>([^<]*)</pre>', html)
    assert texts == [("", "The pri"), ("", "draft"), (" data-written", "draft")]


def test_a_row_has_nothing_of_a_former_attempt() -> None:
    """Before the new one has written anything the row is empty; of an answer, it keeps what was written before."""
    lost: Line = (3, "run-recovered", "", {"reason": "killed", "interrupted": [["talk"]], "lost": 1})
    asked: Line = (3, "step-suspended", "talk", {"payload": None, "call": 1})
    again, answered = started(4, "talk", 2), (4, "step-resumed", "talk", {"data": True})
    for more, text in [((lost, again), None), ((asked, answered), "The pri")]:
        (line,) = view(History(events("r", [*OPENING, chunk(2, "The pri"), *more])), 5).lines
        assert (line.row.written and line.row.written.text) == text


def test_the_end_of_the_step_sends_it_whole() -> None:
    """With its output, and not a second time beside it."""
    sent = message(chunk(2, "Once"), (3, "step-succeeded", "talk", {"output": 1}))
    assert (sent["grown"], sent["bodies"]) == ({}, ["talk"])


@pytest.mark.parametrize(("ended", "offered"), [(False, 0), (True, 1)])
def test_markdown_is_offered_when_the_text_is_whole(ended: bool, offered: int) -> None:
    """And what stands in it is text."""
    end: Line = (3, "step-succeeded", "talk", {"output": 1})
    history = History(events("r", [*OPENING, chunk(2, "**so** <b>it</b>"), *([end] if ended else [])]))
    page = view(history, 4)
    html = step_html(page, page.lines[0], GRAPH, token="t")
    assert html.count("<strong>so</strong> &lt;b&gt;it&lt;/b&gt;") == offered


def test_values_are_a_list_in_the_row() -> None:
    """The last ones, and how many there were."""
    sent = str(message(*(chunk(2, {"n": n}) for n in range(9)))["html"])
    assert "9 written" in sent
    assert sent.count("<li><code>") == 3
