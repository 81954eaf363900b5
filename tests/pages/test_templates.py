"""What templates read, they are given."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.template import Node, NodeList, engines
from django.template.base import FilterExpression, Template, Variable
from django.template.defaulttags import ForNode, IfNode, WithNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.template.smartif import TokenBase

from playground.display.pages import PageFrame

PLAYGROUND = Path(__file__).parents[2] / "playground"
VIEWS = sorted(path for room in ("views", "runpage") for path in (PLAYGROUND / room).glob("*.py"))
FRAGMENTS = "playground.runpage."
"""Where what is rendered has no page around it."""
ALWAYS = {"True", "False", "None", "request", "csrf_token", "block", "forloop"}
AROUND = {field.name for field in fields(PageFrame)} | {"theme", "debug", "caller", "toast"}
"""What `playground.display.pages.page` puts around each page."""
PARTS = {"workflow/snippets.html"}
"""The templates outside of the run's own room that are rendered by themselves, without a page around them."""


def contexts() -> dict[str, set[str]]:
    """Return the names that each template is given, by the classes that say whose context they are."""
    found: dict[str, set[str]] = {}
    for path in VIEWS:
        module = import_module(f"playground.{path.parent.name}.{path.stem}")
        for value in vars(module).values():
            told = (getattr(value, "__doc__", None) or "").partition("Context of ")[2]
            if is_dataclass(value):
                names = {field.name for field in fields(value)}
                for name in re.findall(r"``([\w/]+\.html)``", told):
                    alone = value.__module__.startswith(FRAGMENTS) or name in PARTS
                    found[name] = names if alone else names | AROUND
    return found


def rendered() -> set[str]:
    """Return the templates that the code names."""
    paths = [path for path in PLAYGROUND.rglob("*.py") if path.parent.name not in ("templatetags", "html")]
    return {name for path in paths for name in re.findall(r'"([\w/]+\.html)"', path.read_text("utf-8"))}


@pytest.mark.parametrize("name", sorted(contexts()))
def test_every_variable_of_a_template_is_given(name: str) -> None:
    """A name that no view gives is nothing, silently."""
    template = load(name)
    assert sorted(set(unknown(template.nodelist, contexts()[name] | ALWAYS))) == []


def test_every_page_says_what_it_is_given() -> None:
    """So none is left out above: whatever the code renders by its name, fragments of the socket as well."""
    assert rendered() - set(contexts()) == set()


def load(name: str) -> Template:
    """Return a template as it is parsed."""
    template: Template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
    return template


def unknown(nodes: NodeList, given: set[str]) -> Iterator[str]:
    """Yield the names that are read and not given."""
    for node in nodes:
        yield from (name for value in expressions(node) for name in names(value) if name not in given)
        match node:
            case ForNode():
                yield from unknown(node.nodelist_loop, given | set(node.loopvars))
                yield from unknown(node.nodelist_empty, given)
            case IfNode():
                for condition, inside in node.conditions_nodelists:
                    yield from (name for name in names(condition) if name not in given)
                    yield from unknown(inside, given)
            case IncludeNode():
                yield from unknown(load(str(node.template.var)).nodelist, given | set(node.extra_context))
            case WithNode():
                yield from unknown(node.nodelist, given | set(node.extra_context))
            case ExtendsNode():
                yield from unknown(node.nodelist, given)
                yield from unknown(load(str(node.parent_name.var)).nodelist, given)
            case _:
                for inside in (getattr(node, name, None) for name in node.child_nodelists):
                    yield from unknown(inside or NodeList(), given)


def expressions(node: Node) -> Iterator[Any]:
    """Yield what a node reads itself."""
    for value in vars(node).values():
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list | tuple):
            yield from value
        else:
            yield value


def names(value: Any) -> Iterator[str]:
    """Yield the names that begin the variables of an expression or a condition."""
    match value:
        case FilterExpression():
            yield from names(value.var)
            for _, arguments in value.filters:
                yield from (name for is_variable, argument in arguments if is_variable for name in names(argument))
        case Variable(lookups=(str(name), *_)):
            yield name
        case TokenBase():
            for part in (value.value, value.first, value.second):
                yield from names(part)
        case _:
            return
