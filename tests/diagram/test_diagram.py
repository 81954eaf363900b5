"""The picture of a workflow."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from playground.diagram import lay_out, marks, strip, svg
from playground.diagram.figures import Box, Caption
from playground.history import History, rows, together
from playground.views.pattern_samples import OPENING, ORDER, events, flow, step


def drawn(graph: dict[str, Any], width: float = 350) -> ElementTree.Element:
    """Return the picture as a tree of elements."""
    return ElementTree.fromstring(svg(graph, width=width, marks={}, icons="/i.svg"))


def test_every_node_is_drawn_under_its_path() -> None:
    """Nested steps carry the outer workflow's id, as in the journal."""
    nodes = {node.get("data-node") for node in drawn(ORDER).iter() if node.get("data-node")}
    assert {"load_order", "check_stock", "approve", "pack", "cool_off", "shipping", "shipping.label"} <= nodes


def test_nodes_do_not_overlap() -> None:
    """Boxes keep clear of each other."""
    boxes = [shape for shape in lay_out(ORDER, 350).shapes if isinstance(shape, Box)]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y


@pytest.mark.parametrize("width", [350, 200])
def test_conditions_keep_clear_of_their_nodes(width: float) -> None:
    """Beside each other or below each other, the words do not touch what they lead to."""
    arms = [{"condition": {"name": f"is_{name}"}, "node": step(name)} for name in ("risky", "small")]
    shapes = lay_out(flow("w", {"type": "branch", "id": "b", "arms": arms}), width).shapes
    captions = [shape for shape in shapes if isinstance(shape, Caption)]
    boxes = [shape for shape in shapes if isinstance(shape, Box)]
    assert len(captions) == len(boxes) == 2
    for caption, box in zip(captions, boxes, strict=True):
        baseline = caption.y + 6
        assert 7 <= box.y - baseline <= 20


@pytest.mark.parametrize("arms", [1, 2, 3, 8, 30])
def test_many_arms_grow_downwards_and_never_wider(arms: int) -> None:
    """Only the vertical direction scrolls."""
    graph = flow("w", {"type": "parallel", "id": "p", "arms": [step(f"check_number_{n}") for n in range(arms)]})
    assert float(drawn(graph).get("width") or 0) <= 350


def test_labels_are_never_scaled() -> None:
    """A pixel of the picture is a pixel of the page, however long the workflow is."""
    root = drawn(flow("w", *(step(f"step_{n}") for n in range(200))))
    assert (root.get("viewBox") or "").split()[2] == root.get("width")


def test_long_names_break_into_two_lines() -> None:
    """A long id stays readable."""
    root = drawn(flow("w", step("fetch_the_weather_forecast_for_all_cities_of_the_country")))
    labels = [node.text or "" for node in root.iter() if "label" in (node.get("class") or "")]
    assert len(labels) == 2
    assert "".join(labels).startswith("fetch_the_weather_forecast")


def test_names_are_text_and_never_markup() -> None:
    """A condition of the user's cannot break out."""
    text = svg(flow("w", step("a", description="<script>alert(1)</script>")), width=350, marks={}, icons="/i.svg")
    assert "<script" not in text


def test_no_style_attribute_is_used() -> None:
    """The strict CSP would refuse one."""
    assert not re.search(r"\sstyle=", svg(ORDER, width=350, marks={}, icons="/i.svg"))


def test_marks_follow_the_rows() -> None:
    """The graph shows the same statuses as the journal."""
    found = marks(rows(History(events("r", OPENING)), ORDER), together)
    assert found["approve"] == "suspended"
    assert found["/checks"] == "success"
    assert found["shipping.label"] == "pending"


def test_a_strip_has_a_stop_for_each_step() -> None:
    """The small picture of the list is as long as the workflow, up to a limit."""
    short, long = (
        ElementTree.fromstring(strip(flow("w", *(step(f"s{n}") for n in range(count))))) for count in (3, 99)
    )
    assert len(short.findall(".//circle")) == 3
    assert float(long.get("width") or 0) < 400
