"""A browser without JavaScript, as far as forms go: what it makes of the markup, and what it posts."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser

from playground.forms import Form

BOUNDARY = "----form"


def multipart(pairs: list[tuple[str, str]]) -> tuple[str, bytes]:
    """Return the type and body of a post as browsers write it: three characters of a name are escaped, no others."""
    escapes = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name.translate(escapes)}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return f"multipart/form-data; boundary={BOUNDARY}", "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def parsed(kind: str, body: bytes) -> list[tuple[str, str]]:
    """Return what the server's own parser makes of a multipart post."""
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    values, _ = MultiPartParser(meta, BytesIO(body), [MemoryFileUploadHandler()], "utf-8").parse()
    return [(name, value) for name, several in values.lists() for value in several]


@dataclass(slots=True, kw_only=True)
class Control:
    """One control of the page."""

    tag: str
    type: str
    name: str
    value: str
    checked: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    """Value and label."""

    def posts(self) -> bool:
        """Tell whether a browser posts it without its being pressed."""
        if not self.name or self.tag == "button" or self.type == "file":
            return False
        return self.checked if self.type in ("radio", "checkbox") else True


class Page(HTMLParser):
    """The controls of a form's markup, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.controls: list[Control] = []
        self.fields: dict[str, dict[str, str | None]] = {}
        """The attributes of each shown field by its pointer."""
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: Control | None = None
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        if tag == "a":
            self.links.append(str(known["href"]))
        if "data-path" in known:
            self.fields.setdefault(known["data-path"] or "", known)
        match tag:
            case "input" | "textarea" | "select" | "button":
                self.open = Control(
                    tag=tag,
                    type=known.get("type") or ("text" if tag == "input" else tag),
                    name=known.get("name") or "",
                    value=known.get("value") or "",
                    checked="checked" in known,
                )
                self.controls.append(self.open)
            case "option" if self.open:
                self.open.options.append((known.get("value") or "", ""))
                if "selected" in known or len(self.open.options) == 1:
                    self.open.value = known.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open.tag == "textarea":
            self.open.value += data
        elif self.open and self.open.tag == "select" and self.open.options:
            value, label = self.open.options[-1]
            self.open.options[-1] = (value, label + data)

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == "textarea":
            self.open.value = self.open.value.removeprefix("\n")
        if tag in ("textarea", "select", "button"):
            self.open = None

    def pairs(self) -> list[tuple[str, str]]:
        """Return what is posted: line breaks in lines vanish, those in areas double, NUL becomes another letter."""
        found = []
        for control in self.controls:
            if control.posts():
                value = control.value.replace("\0", "\ufffd")
                if control.tag == "input" and control.type != "hidden":
                    value = value.replace("\r", "").replace("\n", "")
                name = re.sub(r"\r\n|\r|\n", "\r\n", control.name)
                found.append((name, re.sub(r"\r\n|\r|\n", "\r\n", value)))
        return found

    def control(self, name: str) -> Control | None:
        """Return the first control of a name."""
        return next((control for control in self.controls if control.name == name), None)

    def radios(self, name: str) -> list[Control]:
        """Return the radio buttons of a name."""
        return [control for control in self.controls if control.name == name and control.type == "radio"]

    def field(self, at: str) -> dict[str, str | None] | None:
        """Return the hooks of a shown field."""
        return self.fields.get(at)


class Session:
    """One person with one form: sets controls, presses buttons."""

    def __init__(self, schema: Any, form: Form | None = None) -> None:
        self.schema = schema
        self.show(form or Form.blank(schema))

    def show(self, form: Form) -> None:
        self.form = form
        self.page = Page(form.html())

    def submit(self) -> Form:
        """Press Run."""
        return Form.posted(self.schema, self.page.pairs()).validate()

    def press(self, what: str) -> None:
        """Press a structural button."""
        button = next((one for one in self.page.controls if one.tag == "button" and one.value == what), None)
        if button is None:
            raise LookupError(f"no button {what!r}")
        self.show(Form.posted(self.schema, [*self.page.pairs(), (button.name, button.value)]))

    def has_button(self, what: str) -> bool:
        return any(one.tag == "button" and one.value == what for one in self.page.controls)

    def refresh(self) -> None:
        """Post the form as it is and look at it again."""
        self.show(Form.posted(self.schema, [*self.page.pairs(), ("f:do", "refresh:")]))

    def put(self, name: str, value: str) -> None:
        """Type into a control, or choose an option by its value."""
        control = self.page.control(name)
        if control is None:
            raise LookupError(f"no control {name!r}")
        if control.tag == "select" and value not in [option for option, _ in control.options]:
            raise LookupError(f"no option {value!r} in {control.options}")
        control.value = value

    def pick(self, name: str, value: str) -> None:
        """Choose one of several radio buttons."""
        for radio in self.page.radios(name):
            radio.checked = radio.value == value
