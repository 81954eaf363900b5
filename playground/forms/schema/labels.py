"""What fields and the alternatives of a union are called, so that a person can tell them apart."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from playground.forms.schema.field_kinds import WORDS, Branch, Choice, Const, Kind, Record, Selection, Text
from playground.forms.schema.field_kinds import Sequence as ListKind
from playground.forms.schema.shape import Shape, fold, listed, numeric, types_named
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json

MAX_NAMES = 3
"""Names that stand in the label of what has no name of its own."""

PLURALS = (
    (re.compile(r"(ss|us|is|series|species|news)$|^..?$", re.IGNORECASE), 0, ""),
    (re.compile(r"(movies|cookies|calories|cach?es|niches)$", re.IGNORECASE), 1, ""),
    (re.compile(r"(sses|shes|ches|xes|zzes|statuses|bonuses|viruses|buses|aliases)$", re.IGNORECASE), 2, ""),
    (re.compile(r"ies$", re.IGNORECASE), 3, "y"),
    (re.compile(r"s$", re.IGNORECASE), 1, ""),
)
"""How English words of several end, how many letters go to make one of them, and what comes instead."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")
"""Where a word begins in camel case; `HTTPStatus` is two words, and `IDs` one."""


def field_label(title: str, name: str) -> str:
    """Return what a field is called: its own title, else the words of its name.

    Arguments: the title of its schema, empty when there is none, and the name of the property. A title that pydantic
    has made of the name has lost where the words of camel case begin. A name without a title is data, and stays.
    """
    return worded(name) or title if is_made_of(title, name) else title or name


def is_made_of(title: str, name: str) -> bool:
    """Tell whether a title is the one that pydantic makes of a name."""
    return bool(title) and title == name.title().replace("_", " ").strip()


def worded(name: str) -> str:
    """Return a name in snake, kebab or camel case as words; acronyms stay in capitals."""
    shouted = name.isupper() and "_" in name
    words = _HUMP.sub(" ", name.lower() if shouted else name).replace("_", " ").replace("-", " ").split()
    return " ".join(word[:1].upper() + word[1:] for word in words)


def singular(label: str) -> str:
    """Return what one of several is called: `Attachments` holds an attachment; what is no plural in English stays."""
    for ending, letters, instead in PLURALS:
        if ending.search(label):
            return label[: len(label) - letters] + (instead.upper() if label.isupper() else instead)
    return label


def label_of(value: Json) -> str:
    """Return how a given value is called in a list of options."""
    return value if isinstance(value, str) and value.strip() else dumps(value)


def option_labels(labels: Sequence[str], values: Sequence[Json]) -> list[str]:
    """Return the labels of options, made to differ: text among the same words is quoted, others show their value."""
    counts = Counter(labels)
    return [
        _told_option(label, value) if counts[label] > 1 else label for label, value in zip(labels, values, strict=True)
    ]


def _told_option(label: str, value: Json) -> str:
    if label != label_of(value):
        return f"{label} ({dumps(value)})"
    return f"“{value}”" if isinstance(value, str) else label


def label_for(shape: Shape, kind: Kind) -> str:
    """Return what an alternative is called: its title, the name of its type, else what it holds."""
    if shape.title or shape.type_name:
        return shape.title or shape.type_name
    match kind:
        case Const(value=value):
            return label_of(value)
        case Text(format=name) if name:
            return name
        case ListKind(item=item) | Selection(item=item):
            return f"list of {_name_of(fold(item))}" if item.parts else "list"
        case Choice(options=options):
            return " | ".join(label for label, _ in options[:3]) + (" | …" if len(options) > 3 else "")
        case _:
            return _type_word(shape)


def _name_of(shape: Shape) -> str:
    """Return what the items of a list are called; of a union, its alternatives."""
    named = shape.type_name or shape.title
    if named or shape.types or not shape.unions:
        return named or _type_word(shape)
    inner = [fold(branch) for branch in shape.unions[0]]
    words = list(dict.fromkeys(one.type_name or one.title or _type_word(one) for one in inner))
    return " or ".join([*words[:MAX_NAMES], *(["…"] if len(words) > MAX_NAMES else [])])


def _type_word(shape: Shape) -> str:
    types = types_named(shape)
    return " or ".join(WORDS[name] for name in sorted(types)) if types else "anything"


def distinct(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """Return the alternatives with labels that differ: objects by what they hold, and else by a number."""
    counts = Counter(branch.label for branch in branches)
    told = [replace(one, label=_told(one)) if counts[one.label] > 1 else one for one in branches]
    seen: Counter[str] = Counter()
    found = []
    for branch in told:
        seen[branch.label] += 1
        number = seen[branch.label]
        found.append(branch if number == 1 else replace(branch, label=f"{branch.label} ({number})"))
    return tuple(found)


def _told(branch: Branch) -> str:
    words = ", ".join(_words_of(branch))
    return f"{branch.label}: {words}" if words else branch.label


def _words_of(branch: Branch) -> Iterator[str]:
    """Walk what tells an alternative from others of its kind."""
    shape = branch.shape
    match branch.kind:
        case Record():
            fixed = {name: fold(place).facts for name, place in shape.properties.items() if name in shape.required}
            consts = [f"{name} {label_of(facts['const'])}" for name, facts in fixed.items() if "const" in facts]
            names = sorted(shape.properties, key=lambda name: name not in shape.required)
            yield from consts[:1] or [*names[:MAX_NAMES], *(["…"] if len(names) > MAX_NAMES else [])]
        case ListKind(prefix=prefix, item=item):
            yield from (word for place in (*prefix[:MAX_NAMES], item) for word in _facts_of(fold(place).facts))
            yield from _sizes(shape.facts, "Items")
        case _:
            yield from _facts_of(shape.facts)


def _facts_of(facts: Mapping[str, Json]) -> Iterator[str]:
    """Walk what a schema says of a value in a word or two: the very value, its options, its pattern, its limits."""
    if "const" in facts:
        yield label_of(facts["const"])
    options = listed(facts, "enum")
    if options:
        yield " | ".join([*map(label_of, options[:MAX_NAMES]), *(["…"] if len(options) > MAX_NAMES else [])])
    yield from (str(facts[keyword]) for keyword in ("format", "pattern") if isinstance(facts.get(keyword), str))
    yield from (
        f"{sign} {dumps(facts[keyword])}"
        for keyword, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if numeric(facts.get(keyword))
    )
    yield from _sizes(facts, "Length")


def _sizes(facts: Mapping[str, Json], noun: str) -> Iterator[str]:
    low, high = facts.get(f"min{noun}"), facts.get(f"max{noun}")
    if numeric(low) or numeric(high):
        yield f"{dumps(low) if numeric(low) else 0}–{dumps(high) if numeric(high) else '…'}"
