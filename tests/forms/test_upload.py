"""Files: into base64, or into text where the schema says nothing of an encoding."""

from playground.forms import Form

BASE64 = {"type": "object", "properties": {"file": {"type": "string", "contentEncoding": "base64"}}}
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


def test_no_file_chosen() -> None:
    """A file control that was left alone changes nothing."""
    form = Form.posted(BASE64, [("f/file", "aGk="), ("f:is/file", "=value")], [("f:file/file", "", b"")])
    assert form.validate().value == {"file": "aGk="}


def test_an_empty_file() -> None:
    """An empty file with a name is the empty text."""
    form = Form.posted(BASE64, [("f/file", ""), ("f:is/file", "=unset")], [("f:file/file", "empty", b"")])
    assert form.validate().value == {"file": ""}
