"""The name and the tags of a run: what people call it, and what they find it by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidTag
from engine.short_text import shown
from engine.values.missing import MISSING

LONGEST_NAME = 200
LONGEST_TAG = 50
MOST_TAGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """What is to be said of a run; what is MISSING or empty stays as it is."""

    name: Any = MISSING
    """Its new name, None for none."""
    tags: Any = MISSING
    """All its tags, instead of those that it has."""
    add: Iterable[str] = ()
    remove: Iterable[str] = ()

    def of(self, name: str | None, tags: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
        """Return the name and the tags that a run with these has then.

        Raises:
            InvalidTag: a name or a tag cannot be like that, or they are too many.
        """
        name = name if self.name is MISSING else checked_name(self.name)
        kept = tags if self.tags is MISSING else checked_tags(self.tags)
        gone = set(checked_tags(self.remove))
        return name, checked_tags([*(tag for tag in kept if tag not in gone), *self.add])


def checked_name(name: Any) -> str | None:
    """Return a name without space around it; an empty one is none.

    Raises:
        InvalidTag: it is no text, or too long.
    """
    if name is None:
        return None
    return _checked(name, "name", LONGEST_NAME) or None


def checked_tags(tags: Any) -> tuple[str, ...]:
    """Return tags without space around them, each once.

    Raises:
        InvalidTag: one is no text, is empty, too long or has a comma, or they are too many.
    """
    if isinstance(tags, str) or not isinstance(tags, Iterable):
        raise InvalidTag(f'the tags of a run are a list of texts, such as ["nightly"], and not {shown(tags)}')
    found = tuple(dict.fromkeys(_checked_tag(tag) for tag in tags))
    if len(found) > MOST_TAGS:
        raise InvalidTag(f"a run has at most {MOST_TAGS} tags, and not {len(found)}. Take some away")
    return found


def _checked_tag(tag: Any) -> str:
    text = _checked(tag, "tag", LONGEST_TAG)
    if not text or "," in text:
        # Lists are asked for several tags with commas between them.
        raise InvalidTag(f"a tag is a word or some, without a comma, and not {shown(tag)}")
    return text


def _checked(text: Any, what: str, longest: int) -> str:
    if not isinstance(text, str):
        raise InvalidTag(f"the {what} of a run is text, and not {shown(text)}")
    words = " ".join(text.split())
    if len(words) > longest or not words.isprintable():
        raise InvalidTag(f"the {what} of a run has at most {longest} characters, all to be seen, and not {shown(text)}")
    return words
