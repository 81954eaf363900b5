"""A short text that a regular expression matches, for examples."""

import re
from typing import Any

from engine.validation.regexes import PatternError, compiled

LIMIT = 200
USUAL = ("Abc123!?" * 30, "Abcd1234" * 30, "12345678" * 30, "abcdefgh" * 30)
"""Tried for patterns that look ahead, such as those of passwords."""
READER: Any = vars(re)["_parser"]
"""The standard library's reader of patterns; it has no public name, and `hypothesis` stands on it too."""


def sample(pattern: str, shortest: int = 0) -> str:
    """Return a text that the pattern is found in, `shortest` characters long or more if it can, else ""."""
    try:
        tree = READER.parse(pattern)
        search = compiled(pattern)
        for least in (0, 1, max(shortest - 1, 2), shortest):
            text = _sequence(tree, {}, least)
            if len(text) >= shortest and search(text):
                return text
        plain = _sequence(tree, {}, 0)
        tries = [plain + "a" * (shortest - len(plain)), *(text[: max(shortest, 8)] for text in USUAL)]
        return next((text for text in tries if search(text)), "")
    except (re.error, PatternError, RecursionError, OverflowError, KeyError, ValueError):
        return ""


def _sequence(items: Any, groups: dict[int, str], least: int) -> str:
    text = ""
    for operation, argument in items:
        text += _one(str(operation), argument, groups, least)
        if len(text) > LIMIT * 10:
            raise OverflowError
    return text


def _one(operation: str, argument: Any, groups: dict[int, str], least: int) -> str:
    match operation:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return "a" if argument != ord("a") else "b"
        case "ANY":
            return "a"
        case "IN":
            return _member(argument)
        case "BRANCH":
            return _sequence(argument[1][0], groups, least)
        case "SUBPATTERN":
            number, _, _, inner = argument
            groups[number] = _sequence(inner, groups, least)
            return groups[number]
        case "GROUPREF":
            return groups[argument]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = argument
            times = max(low, min(int(high), least))
            if times > LIMIT:
                raise OverflowError
            return "".join(_sequence(inner, groups, 0) for _ in range(times))
        case "ATOMIC_GROUP":
            return _sequence(argument, groups, least)
        case _:
            return ""


def _member(choices: Any) -> str:
    negated = str(choices[0][0]) == "NEGATE"
    if not negated:
        return _choice(choices[0])
    refused = "".join(_choice(choice) for choice in choices[1:])
    pattern = "[" + "".join(re.escape(letter) for letter in refused) + "]"
    return next((letter for letter in "a1 _-.A" if not re.search(pattern, letter)), "~")


def _choice(choice: Any) -> str:
    operation, argument = str(choice[0]), choice[1]
    match operation:
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(argument[0])
        case "CATEGORY":
            return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": "-"}.get(str(argument), "a")
        case _:
            return "a"
