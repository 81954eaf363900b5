"""The links and pictures in the documentation."""

import re

import pytest

from tests.docs.pages import NAMES, PAGES, ROOT

LINK = re.compile(r"\]\((?P<link>[^)\s]+)\)|(?:src|srcset)=\"(?P<source>[^\"]+)\"")


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    """What a page links to is in the repository, and has the heading that is meant."""
    page = ROOT / name
    missing = []
    for match in LINK.finditer(page.read_text("utf-8")):
        link = match["link"] or match["source"]
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            missing.append(link)
    assert missing == []


def test_every_page_can_be_found() -> None:
    """Each page is linked from the README or from a page that is."""
    found, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        found.add(page)
        for link in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            if target not in found and target.exists():
                todo.append(target)
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in found] == []
