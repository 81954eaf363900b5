"""Finds words in the documentation: the section of each page that fits best, those with a word in the heading first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import playground

OURS = Path(playground.__file__).parent
MOST = 5
"""How many sections are found."""
HEADING = re.compile(r"^(#{1,3}) (.+)$")
KINDS = {"tutorial": "Tutorials", "how-to": "How to", "reference": "Reference", "explanation": "Explanation"}
"""The folders of the documentation, and what they hold."""
INTRODUCTION = """\
# Stepyard

> Workflows of typed Python steps, and a local dev playground for them: forms from schemas, runs that are watched live,
> questions to people, retries, scenarios as tests. `import engine` is the library, `stepyard dev my_flows.py` serves
> the playground, and `stepyard docs WORDS` finds in the pages below, which are in the folder of this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page under one heading."""

    page: str
    """The file, from the folder of the documentation."""
    heading: str
    text: str
    """With its heading."""

    def score(self, words: Sequence[str]) -> int:
        """Return how well it fits; 0 when a word is missing."""
        low, head = self.text.lower(), f"{self.page} {self.heading}".lower()
        counts = [low.count(word) + 20 * head.count(word) for word in words]
        return sum(min(count, 25) for count in counts) if all(counts) else 0


def folder() -> Path:
    """Return the folder of the documentation: inside the package in a wheel, beside it in a checkout."""
    inside = OURS / "docs"
    return inside if inside.is_dir() else OURS.parent / "docs"


def index() -> str:
    """Return the list of all pages with their titles, as ``llms.txt`` has it for programs that read it."""
    lines = [INTRODUCTION]
    for name, heading in KINDS.items():
        lines += ["", f"## {heading}", ""]
        for page in sorted((folder() / name).rglob("*.md")):
            title = page.read_text("utf-8").partition("\n")[0].lstrip("# ")
            lines.append(f"- [{title}]({page.relative_to(folder()).as_posix()})")
    return "\n".join(lines)


def find(text: str) -> list[Section]:
    """Return the sections that have all words, the best of each page; with none, those that have most of them."""
    words = [word for word in re.findall(r"[\w@.-]+", text.lower()) if word.strip(".-")]
    for least in range(len(words), 0, -1):
        scored = [(max(_scores(section, words, least), default=0), section) for section in _sections()]
        best: dict[str, Section] = {}
        for score, section in sorted(scored, key=lambda one: -one[0]):
            if score:
                best.setdefault(section.page, section)
        if best:
            return list(best.values())[:MOST]
    return []


def told(sections: Sequence[Section]) -> str:
    """Return sections as one text."""
    return (
        "\n\n".join(f"[{one.page}]\n{one.text}" for one in sections) or "nothing in the documentation has these words"
    )


def _scores(section: Section, words: Sequence[str], least: int) -> Iterator[int]:
    there = [word for word in words if word in section.text.lower() or word in section.page.lower()]
    if len(there) >= least:
        yield section.score(there)


@lru_cache(maxsize=1)
def _sections() -> tuple[Section, ...]:
    pages = sorted(path for path in folder().rglob("*.md"))
    return tuple(
        section for page in pages for section in _of(page.relative_to(folder()).as_posix(), page.read_text("utf-8"))
    )


def _of(page: str, text: str) -> Iterator[Section]:
    heading, lines, fenced = "", list[str](), False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        match = None if fenced else HEADING.match(line)
        if match is not None and lines:
            yield Section(page=page, heading=heading, text="\n".join(lines).strip())
            lines = []
        heading = heading if match is None else match[2]
        lines.append(line)
    yield Section(page=page, heading=heading, text="\n".join(lines).strip())
