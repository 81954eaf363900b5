"""The picture of a workflow."""

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from playground.diagram import lay_out, marks, strip, svg
from playground.diagram.columns import COLUMN, TALL
from playground.diagram.figures import Box, Caption, Edge
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


def test_lines_say_what_they_carry() -> None:
    """Between two steps the type that the first one gives, into arms what each is given; unknown types are not told."""
    number, words = {"type": "integer"}, {"type": "string"}
    arms = {"type": "parallel", "id": "p", "arms": [step("c"), step("d")], "concurrency": None}
    graph = flow("w", step("a", output_schema=number), step("b", output_schema=words), arms)
    types = [node.text for node in drawn(graph).iter() if node.get("class") == "g-type"]
    assert types == ["int", "str", "str", "str", "{c: Any, d: Any}"]


def test_a_condition_is_told_whole() -> None:
    """However long it is, its title has all of it."""
    condition = " and ".join(f"order.total_of_part_{number} > {number}" for number in range(12))
    loop = {"type": "loop", "id": "l", "kind": "dountil", "body": step("a"), "condition": condition}
    branch = {"type": "branch", "id": "b", "arms": [{"condition": f"lambda o: {condition}", "node": step("c")}]}
    titles = [node.text or "" for node in drawn(flow("w", loop, branch)).iter() if node.tag == "title"]
    assert sum(condition in title for title in titles) == 2


def nested(depth: int, name: str) -> dict[str, Any]:
    """Return a step inside of so many parallels."""
    return {"type": "parallel", "id": f"p{depth}", "arms": [nested(depth - 1, name)] * 2} if depth else step(name)


@pytest.mark.parametrize("depth", range(6))
def test_an_id_stays_whole_however_deep_it_lies(depth: int) -> None:
    """It is broken into lines, not cut."""
    name = "fetch_page_by_number_and_store_its_text"
    boxes = [shape for shape in lay_out(flow("w", nested(depth, name)), 350).shapes if isinstance(shape, Box)]
    assert {"".join(box.label) for box in boxes} == {name}


@pytest.mark.parametrize("count", [3, 20, 40])
@pytest.mark.parametrize("width", [350, 700, 1080])
def test_a_long_sequence_stands_in_columns_where_there_is_room(count: int, width: float) -> None:
    """They are no higher than needed, do not overlap, are read downwards and then to the right, and all is linked."""
    block = lay_out(flow("w", *(step(f"step_{number}") for number in range(count))), width)
    boxes = [shape for shape in block.shapes if isinstance(shape, Box)]
    columns = list(dict.fromkeys(round(box.x + box.width / 2) for box in boxes))
    assert columns == sorted(columns)
    assert len(columns) == 1 if count == 3 or width < 660 else len(columns) > 1
    assert block.width <= width
    assert block.height <= TALL or len(columns) == width // COLUMN
    for one, following in pairwise(boxes):
        assert following.y > one.y + one.height or following.x > one.x + one.width
    linked = [shape.to for shape in block.shapes if isinstance(shape, Edge)]
    assert linked == [*(f"step_{number}" for number in range(count)), "/end"]


def test_a_folded_part_is_one_node_that_opens() -> None:
    """It stands as its part does, says how many steps are inside, and has a switch, as an open part has one."""
    marks = {"shipping": "running"}
    roots = [
        ElementTree.fromstring(svg(ORDER, width=350, marks=marks, icons="", stops=True, folded=folded))
        for folded in ((), ("shipping",))
    ]
    for root, open_ in zip(roots, ("true", "false"), strict=True):
        (switch,) = [one for one in root.iter() if one.get("data-part") == "shipping"]
        assert (switch.get("role"), switch.get("aria-expanded"), switch.get("tabindex")) == ("button", open_, "0")
        (node,) = [one for one in root.iter() if one.get("data-node") == "shipping"]
        assert node.get("data-status") == "running"
        assert ("steps inside" in "".join(node.itertext())) == (open_ == "false")
        assert any(one.get("data-node") == "shipping.label" for one in root.iter()) == (open_ == "true")
        assert not [one for one in root.iter() if one.get("data-stop") == "shipping"]


def test_nothing_folds_in_a_file() -> None:
    """A drawing that is not of a page has no switches."""
    assert "g-switch" not in svg(ORDER, width=350, marks={}, icons="")
