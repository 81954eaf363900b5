"""A drawn graph as a file of its own: its icons and colours come along, so that it looks the same anywhere."""

import re
from collections.abc import Iterator

from playground.diagram.svg import MARGIN

STATUS = {
    "running": "#1a62c5",
    "success": "#14794a",
    "failed": "#c5293a",
    "suspended": "#9a5b00",
    "waiting": "#9a5b00",
    "paused": "#9a5b00",
}
"""The colours of statuses in the light theme; all others are grey."""
STYLE = """
text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#17181c}
.graph{color:#62656f}
.g-sub,.g-caption,.g-title{font-size:11px;fill:#5c5f6b}
.g-title{font-weight:600}
.g-caption,.g-count{paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}
.g-count{font-size:11px;font-weight:600}
.g-box{fill:#fff;stroke:#c9c9d3}
.g-frame rect{fill:#f6f6f8;fill-opacity:.62;stroke:#e4e4ea}
.g-frame[data-kind=loop] rect,.g-frame[data-kind=foreach] rect{stroke-dasharray:5 4;stroke:#a0a1ab}
.g-fork circle{fill:#fff;stroke:#92949d}
.g-start,.g-join{fill:#5c5f6b}
.g-end{fill:#fff;stroke:#5c5f6b;stroke-width:2.5}
.g-edge{fill:none;stroke:#a0a1ab;stroke-width:1.5}
.g-arrow{fill:#a0a1ab}
.g-near,.g-type{display:none}
.g-node[data-status=skipped]{opacity:.62}
"""
SYMBOL = re.compile(r"<symbol\b[^>]*?\bid=\"([\w-]+)\".*?</symbol>", re.DOTALL)
USED = re.compile(r"href=\"#([\w-]+)\"")


def svg_file(drawing: str, symbols: str) -> str:
    """Return a graph as an SVG document that needs nothing beside it.

    Args:
        drawing: what `playground.diagram.svg.svg` drew, with icons named within the document: ``icons=""``.
        symbols: the text of the icon sheet.
    """
    root, _, shapes = drawing.partition(">")
    head = root.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    used = set(USED.findall(drawing))
    defs = "".join(found[0] for found in SYMBOL.finditer(symbols) if found[1] in used)
    defs = re.sub(r"var\(--icon-knock[^)]*\)", "#fff", defs)
    style = STYLE + "".join(_coloured())
    ground = f'<rect x="{-MARGIN:g}" y="{-MARGIN:g}" width="100%" height="100%" fill="#fff"></rect>'
    return f"{head}><style>{style}</style><defs>{defs}</defs>{ground}{shapes}\n"


def _coloured() -> Iterator[str]:
    for status, colour in STATUS.items():
        yield f".g-node[data-status={status}]{{color:{colour}}}\n"
        yield f".g-node[data-status={status}] .g-box{{stroke:{colour}}}\n"
