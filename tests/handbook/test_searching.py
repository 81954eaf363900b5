"""Finding words in the documentation, and the list of its pages."""

import pytest

from playground.handbook import searching
from tests.docs.pages import PAGES, ROOT


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("retry jitter", "how-to/retries.md"),
        ("coding agent", "how-to/coding-agents.md"),
        ("RETRY   Jitter!", "how-to/retries.md"),
        ("breakpoint step", "how-to/stepping.md"),
        ("suspend zzzzqqq", "how-to/approval.md"),
    ],
)
def test_the_section_that_is_about_it_is_found(words: str, page: str) -> None:
    """Case and signs do not count; a word that stands nowhere does not hide what the others find."""
    assert page in [one.page for one in searching.find(words)]


@pytest.mark.parametrize("words", ["", "zzzzqqq", "...", "(*&^"])
def test_nothing_is_found_for_nothing(words: str) -> None:
    """Words that stand nowhere find nothing, and that is said."""
    assert searching.find(words) == []
    assert "nothing" in searching.told([])


def test_the_list_of_pages_is_that_of_the_file() -> None:
    """``docs/llms.txt`` is what ``make docs`` writes, and has every page."""
    assert (ROOT / "docs" / "llms.txt").read_text("utf-8").rstrip() == searching.index()
    listed = searching.index()
    assert [page for page in PAGES[1:] if f"({page.relative_to(ROOT / 'docs').as_posix()})" not in listed] == []


def test_headings_in_code_are_none() -> None:
    """A comment in a block of code begins no section."""
    headings = [one.heading for one in searching._sections()]
    assert "expenses.py" not in headings
    assert all(one.text for one in searching._sections())
