"""Refs: one item of a list is found where the list is, and the list is not stored with it again."""

from typing import Any

import pytest

from engine.journal.refs import Ref, item_of, resolve

STORED: dict[tuple[Any, ...], Any] = {("step",): [1, 2], ("inner",): [3, 4]}


def value_of(ref: Ref) -> Any:
    """Return what a ref stands for in a small journal."""
    return resolve(ref, lambda path: STORED[tuple(path)], lambda path: STORED[tuple(path)])


LISTS: list[Ref] = [
    {"value": [5, 6]},
    {"step": ["step"]},
    {"input": ["inner"]},
    {"item": [{"value": [[7], [8, 9]]}, 1]},
]


@pytest.mark.parametrize("ref", LISTS, ids=str)
@pytest.mark.parametrize("index", [0, 1])
def test_an_item_is_that_of_the_list(ref: Ref, index: int) -> None:
    """Wherever the list is stored."""
    assert value_of(item_of(ref, index)) == value_of(ref)[index]


def test_an_item_of_a_written_list_is_written_alone() -> None:
    """A foreach over a thousand given values would store each of them a thousand times otherwise."""
    assert item_of({"value": [5, 6]}, 1) == {"value": 6}


def test_a_dict_of_refs_is_a_dict_of_their_values() -> None:
    """Each key has the value that its ref stands for."""
    assert value_of({"keys": {"a": {"step": ["step"]}, "b": {"value": 7}}}) == {"a": [1, 2], "b": 7}


def test_an_unknown_ref_is_named() -> None:
    """A journal of a later version tells what cannot be read of it."""
    with pytest.raises(ValueError, match="unknown ref 'later'"):
        value_of({"later": 1})
