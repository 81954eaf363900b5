"""Names of controls: JSON pointers behind a prefix, in letters that no browser and no parser of posts changes."""

import hashlib
import re

UNSAFE = re.compile(r"[^A-Za-z0-9_.:@$+#()\[\] -]|^ +| +(?= |\Z)")
"""All but the letters that every browser writes, and every parser of multipart posts reads, as they are: quotes become
%22, line breaks %0A, spaces at the ends vanish, and backslashes escape what follows them."""
WRITTEN = re.compile(r"[A-Za-z0-9_.:@$+#()\[\]/~-]*")
ESCAPED = re.compile("~(?:u([0-9a-f]{4})|U([0-9a-f]{6})|([01]))")
ENTRY = "~k"
"""Marks the segment of an entry whose name is typed: no escaped name begins so."""
DIGEST = "~h"
"""Marks the segment of a name that is too long for the name of a control; its page carries the name beside it."""
SHORT = 24
"""Characters of a segment that is never shortened; longer ones are, where the pointer would become `LONGEST`."""
LONGEST = 400
"""Django takes no more than 1,024 bytes for all that a part of a multipart post has before its value."""


def segment(name: str) -> str:
    """Return a name as a segment of a pointer."""
    return UNSAFE.sub(lambda found: "".join(map(_escape, found[0])), name)


def name_in(text: str) -> str:
    """Return the name that a segment stands for."""
    return ESCAPED.sub(lambda found: "~/"[int(found[3])] if found[3] else chr(int(found[1] or found[2], 16)), text)


def _escape(letter: str) -> str:
    known = {"~": "~0", "/": "~1"}.get(letter)
    return known or (f"~u{ord(letter):04x}" if ord(letter) < 0x10000 else f"~U{ord(letter):06x}")


def child(at: str, name: str) -> str:
    """Return the pointer of a property."""
    text = segment(name)
    if len(text) > SHORT and len(at) + len(text) > LONGEST:
        text = DIGEST + hashlib.sha256(text.encode()).hexdigest()[: SHORT - len(DIGEST)]
    return f"{at}/{text}"


def canonical(name: str) -> str:
    """Return the name of a control as the form writes it; a script may post the names of properties as they are."""
    if WRITTEN.fullmatch(name):
        return name
    return "/".join(step if step.startswith((ENTRY, DIGEST)) else segment(name_in(step)) for step in name.split("/"))


def is_short(at: str) -> bool:
    """Tell whether a pointer ends in what stands for a longer name."""
    return at.rpartition("/")[2].startswith(DIGEST)
