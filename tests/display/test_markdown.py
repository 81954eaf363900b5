"""Markdown of models: the usual marks, and nothing of the text's own as mark-up."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.display.markdown import MOST, markdown

TAGS = {"p", "hr", "pre", "ul", "ol", "li", "blockquote", "code", "strong", "em"}


class Seen(HTMLParser):
    """Keeps which elements there are, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.text += data


MARKS = st.lists(st.sampled_from([*"*`#->_ \n<&", "**", "```", "1. ", "<script>", "[a](javascript:b)", "word", "é"]))


@given(MARKS.map("".join) | st.text(max_size=300))
@example("<img src=x onerror=alert(1)> **<b>** `</code>`")
def test_no_mark_up_of_the_text_survives(text: str) -> None:
    """Only elements of our own, without attributes that lead anywhere; and every letter of the text is there."""
    seen = Seen()
    seen.feed(markdown(text))
    seen.close()
    assert seen.tags <= TAGS
    assert seen.attributes <= {"class", "data-level"}
    fences = re.sub(r"(?m)^\s*```.*$", "", text)
    assert set(re.findall(r"[a-zé]", fences)) <= set(seen.text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("**bold** and *thin* and `code`", "<p><strong>bold</strong> and <em>thin</em> and <code>code</code></p>"),
        ("2 * 3 * 4 is 24", "<p>2 * 3 * 4 is 24</p>"),
        ("- a\n- b\n\n1. c", "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"),
        ("## Head\ntext", '<p class="md-head" data-level="2">Head</p><p>text</p>'),
        ("```python\na = `1`\n```", "<pre>a = `1`</pre>"),
        ("> said\n---", "<blockquote>said</blockquote><hr>"),
        ("[here](https://example.org)", "<p>[here](https://example.org)</p>"),
        ("**still being", "<p>**still being</p>"),
    ],
)
def test_the_usual_marks_are_read(text: str, html: str) -> None:
    """As people know them; what is not closed yet stays as it is."""
    assert markdown(text) == html


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    """The whole of it stands beside."""
    assert markdown("a" * (MOST + 1)) == f"<p>{'a' * MOST}</p><p>…</p>"
