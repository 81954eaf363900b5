"""What was posted, as JSON, where no field says what it means: kept as well as it can be, to be looked over."""

from playground.forms.fields.post import Post
from playground.forms.values.jsontext import JsonError, parse_json
from playground.forms.values.pointer import ENTRY, name_in
from playground.forms.values.values import MISSING, Json, Missing

UNPLACED = "What was typed here belongs to no field that is known, so it is shown as JSON. Look it over and send it."
UNDECIDED = (
    "Finding out which fields belong here took too long, so what was typed is shown as JSON. Look it over and send it."
)


def leftover(post: Post, at: str) -> Json | Missing:
    """Return what was posted at a pointer and beneath it; texts that are JSON numbers or words are taken as such."""
    state = (post.mark("is", at) or "").removeprefix("=")
    if state in ("unset", "null"):
        return MISSING if state == "unset" else None
    if post.marks("item", at):
        items = [leftover(post, f"{at}/{key}") for key in dict.fromkeys(post.marks("item", at))]
        return [None if item is MISSING else item for item in items]
    steps = post.steps(at)
    if not steps:
        return _scalar(post.text(at), whole=post.mark("as", at) == "json")
    found = {_name(post, at, step): leftover(post, f"{at}/{step}") for step in steps}
    return {name: value for name, value in found.items() if value is not MISSING}


def _name(post: Post, at: str, step: str) -> str:
    return (post.mark("key", f"{at}/{step}") or "") if step.startswith(ENTRY) else name_in(step)


def _scalar(text: str | None, *, whole: bool) -> Json | Missing:
    if text is None or (whole and not text.strip()):
        return MISSING
    try:
        value = parse_json(text)
    except (JsonError, ValueError):
        return text
    return value if whole or not isinstance(value, str | list | dict) else text
