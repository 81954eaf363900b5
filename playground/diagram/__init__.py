"""A workflow's graph as a picture. Pure; knows neither ORM nor HTTP."""

from playground.diagram.layout import lay_out
from playground.diagram.marks import links, marks
from playground.diagram.strip import strip
from playground.diagram.svg import svg
from playground.diagram.svg_file import svg_file

__all__ = ["lay_out", "links", "marks", "strip", "svg", "svg_file"]
