"""The lines around one, as the file stands."""

from pathlib import Path

from playground.display.code_excerpt import editor_url, excerpt


def test_the_lines_around_are_shown_without_their_common_indentation(tmp_path: Path) -> None:
    """Who reads an error sees what led to it."""
    file = tmp_path / "flows.py"
    file.write_text("def f(x):\n    y = x\n    if y:\n        raise KeyError(y)\n    return y\n")
    found = excerpt(str(file), 4, "raise KeyError(y)")
    assert [(line.number, line.text, line.here) for line in found] == [
        (2, "y = x", False),
        (3, "if y:", False),
        (4, "    raise KeyError(y)", True),
        (5, "return y", False),
    ]


def test_no_empty_lines_follow(tmp_path: Path) -> None:
    """What comes after the end of a function says nothing."""
    file = tmp_path / "flows.py"
    file.write_text("def f():\n    return g()\n\n\ndef g(): ...\n")
    assert [line.number for line in excerpt(str(file), 2, "return g()")] == [1, 2]


def test_a_file_that_has_changed_gives_only_what_was_recorded(tmp_path: Path) -> None:
    """Lines that were not there when it happened would mislead."""
    file = tmp_path / "flows.py"
    file.write_text("a = 1\nb = 2\n")
    assert [line.text for line in excerpt(str(file), 2, "raise KeyError(y)")] == ["raise KeyError(y)"]


def test_only_sources_are_read(tmp_path: Path) -> None:
    """A journal from elsewhere cannot have other files shown."""
    file = tmp_path / "secrets.env"
    file.write_text("A=1\nB=2\nC=3\n")
    assert [line.text for line in excerpt(str(file), 2, "B=2")] == ["B=2"]
    assert excerpt("flows.py", 1, "") == ()


def test_a_relative_path_opens_no_editor() -> None:
    """An editor would not know what it is relative to."""
    assert editor_url("/home/ada/flows.py", 7) == "vscode://file/home/ada/flows.py:7"
    assert editor_url("flows.py", 7) == ""
