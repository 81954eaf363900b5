"""The pages of the documentation, and the code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code in a page."""

    page: Path
    line: int
    """The line of the page at which the code begins, from 1."""
    language: str
    code: str

    @property
    def file(self) -> str | None:
        """Return the name of the file that the block shows, if its first line is a comment with one."""
        found = re.match(r"# ([\w/.-]+\.\w+)\n", self.code)
        return found[1] if found else None


def blocks(page: Path, language: str) -> Iterator[Block]:
    """Yield the blocks of a page in one language."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if match["language"] == language:
            line = text.count("\n", 0, match.start("code")) + 1
            yield Block(page=page, line=line, language=language, code=match["code"])
