"""Files: into base64, or into text where the schema says nothing of an encoding."""

from typing import Any

from playground.forms import Form
from tests.forms.browser import Session

BASE64: dict[str, Any] = {"type": "object", "properties": {"file": {"type": "string", "contentEncoding": "base64"}}}
BINARY = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}


def test_base64() -> None:
    """A file becomes base64, in the alphabet that the schema names."""
    files = [("f:file/file", "a.bin", b"\xff\xfe\xfd")]
    assert Form.posted(BASE64, [("f/file", "")], files).validate().value == {"file": "//79"}
    url = {"type": "object", "properties": {"file": {"type": "string", "format": "base64url"}}}
    assert Form.posted(url, [("f/file", "")], files).validate().value == {"file": "__79"}


def test_text() -> None:
    """Where no encoding is named, a text file is its text, whatever letters it has."""
    files = [("f:file/file", "a.txt", "é\r\n\0".encode())]
    assert Form.posted(BINARY, [("f/file", "")], files).validate().value == {"file": "é\r\n\0"}


def test_bytes_that_are_no_text() -> None:
    """Other bytes are refused with what to declare instead, and never guessed."""
    form = Form.posted(BINARY, [], [("f:file/file", "a.png", b"\x89PNG\xff")]).validate()
    assert form.issues[0].path == ("file",)
    assert "Base64Bytes" in form.issues[0].message


def test_what_stood_there_outlives_a_file_that_is_refused() -> None:
    """Who sends the form again without a file sends the text that is shown."""
    session = Session(BINARY, Form.of(BINARY, {"file": "before"}))
    session.show(Form.posted(BINARY, session.page.pairs(), [("f:file/file", "a.png", b"\x89PNG\xff")]).validate())
    assert session.form.issues
    assert session.submit().value == {"file": "before"}


def test_a_file_outlives_a_problem_elsewhere() -> None:
    """A file that was taken stands in its field when another one is refused, and is sent with the next try."""
    schema = {"type": "object", "properties": {**BASE64["properties"], "n": {"type": "integer"}}}
    session = Session(schema)
    session.put("f/n", "x")
    session.show(Form.posted(schema, session.page.pairs(), [("f:file/file", "a.bin", b"\xff\xfe\xfd")]).validate())
    assert session.form.issues
    session.put("f/n", "1")
    assert session.submit().value == {"file": "//79", "n": 1}


def test_no_file_chosen() -> None:
    """A file control that was left alone changes nothing."""
    form = Form.posted(BASE64, [("f/file", "aGk="), ("f:is/file", "=value")], [("f:file/file", "", b"")])
    assert form.validate().value == {"file": "aGk="}


def test_an_empty_file() -> None:
    """An empty file with a name is the empty text."""
    form = Form.posted(BASE64, [("f/file", ""), ("f:is/file", "=unset")], [("f:file/file", "empty", b"")])
    assert form.validate().value == {"file": ""}
