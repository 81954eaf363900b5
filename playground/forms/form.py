"""A form: a schema, what was loaded or typed, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from django.utils.safestring import SafeString

from playground.forms.fields.change import ACTIONS, changed
from playground.forms.fields.desk import Desk
from playground.forms.fields.envelope import opened
from playground.forms.fields.evaluate import value_of
from playground.forms.fields.focus import focus_after
from playground.forms.fields.load import load, raw
from playground.forms.fields.locate import chosen_branches
from playground.forms.fields.nodes import Field, Need, Node, field_of, raw_of
from playground.forms.fields.post import Post
from playground.forms.fields.read import MAX_POSTED, Reader
from playground.forms.html.sheet import sheet
from playground.forms.schema.document import place_of
from playground.forms.schema.kinds import Anything
from playground.forms.schema.mask import secret_places, without_secrets
from playground.forms.validation.check import check, fits
from playground.forms.validation.example import example
from playground.forms.values.issues import Issue
from playground.forms.values.values import MISSING, Json, Missing

PREFIX = "f"
LEFT_OUT = "This secret was left out: type it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form; every change makes a new one.

    The page puts `html()` inside `<form method="post" enctype="multipart/form-data">` with its CSRF token and a
    button `Run` anywhere in it. The markup begins with an invisible submit button, so that Enter in any field means
    Run and not the first structural button.
    """

    schema: Json
    root: Node
    as_json: bool
    """Whether the JSON tab is open."""
    action: str | None
    """None when the form was really submitted, else which structural button was pressed: add, remove, move, switch,
    tab or example; or check, which is asked for while it is filled in. The page then only shows the form again."""
    value: Json | Missing
    """The JSON value that is meant, or `MISSING` when it could not be read."""
    issues: tuple[Issue, ...]
    """What is wrong: what could not be read of a post, and after `validate` what the schema refuses."""
    focus: str | None = None
    note: str = ""
    """What was made of the text in the JSON tab, when that needs a word."""

    @property
    def so_far(self) -> Json | Missing:
        """What the form means without what cannot be read, or is not there yet."""
        value = value_of(self.root).value
        return None if value is MISSING and self.root.field.need is Need.OPTIONAL else value

    @classmethod
    def blank(cls, schema: Json) -> Self:
        """Return a form in which nothing is set; defaults are shown and not sent."""
        return cls._shown(schema, load(Desk(schema=schema), _root(schema), MISSING))

    @classmethod
    def of(cls, schema: Json, value: Json, *, secrets: bool = False) -> Self:
        """Return a form with a loaded value; submitted untouched, it gives back the identical JSON.

        Args:
            schema: the JSON Schema.
            value: the value, as `parse_json` or the standard library gives it.
            secrets: whether values marked secret are filled in, too, and so stand in the page; else they are left
                empty, and an issue at each asks to type it again.

        """
        known = value if secrets else without_secrets(schema, value)
        form = cls._shown(schema, load(Desk(schema=schema, exact=True), _root(schema), known))
        left = [] if secrets else secret_places(schema, value)
        return form.with_issues([Issue(path=place, message=LEFT_OUT) for place in left])

    @classmethod
    def posted(
        cls,
        schema: Json,
        pairs: Iterable[tuple[str, str]],
        files: Iterable[tuple[str, str, bytes]] = (),
        *,
        name_prefix: str = PREFIX,
    ) -> Self:
        """Return the form that a browser posted.

        Args:
            schema: the schema that the form was made from.
            pairs: names and values in the order in which they were posted.
            files: name of the control, name of the file, content.
            name_prefix: what `html` was given.

        """
        post = Post.of(pairs, files, name_prefix)
        desk = Desk(schema=schema, left=MAX_POSTED)
        field = _root(schema)
        as_json = post.mark("tab", "") == "json"
        text, note = post.text("") or "", ""
        if as_json and post.mark("kept", "") is None:
            text, note = opened(schema, text)
        node = raw_of(field, "", text) if as_json else Reader(desk=desk, post=post).read(field)
        form = replace(cls._shown(schema, node, as_json=as_json), note=note)
        pressed = post.mark("do", "")
        if pressed is None:
            return replace(form, issues=value_of(node).issues)
        verb, _, at = pressed.partition(":")
        return replace(form._pressed(verb, at), action=ACTIONS.get(verb, "switch"), note=note)

    @classmethod
    def _shown(cls, schema: Json, node: Node, *, as_json: bool = False, focus: str | None = None) -> Self:
        meant = value_of(node)
        value = MISSING if meant.issues else meant.value
        return cls(
            schema=schema, root=node, as_json=as_json, action=None, value=value, issues=meant.doubts, focus=focus
        )

    def _pressed(self, verb: str, at: str) -> Self:
        match verb:
            case "tab":
                return self._with_tab(as_json=at == "json")
            case "check":
                return self.validate()
            case "example":
                node = load(Desk(schema=self.schema), self.root.field, example(self.schema))
                shown = raw(node.field, "", value_of(node).value) if self.as_json else node
                return self._shown(self.schema, shown, as_json=self.as_json)
            case _:
                desk = Desk(schema=self.schema, left=MAX_POSTED)
                node = changed(desk, self.root, verb, at)
                form = self._shown(self.schema, node, focus=focus_after(verb, at, self.root, node))
                # What is not yet filled in is no mistake while one is still building the form.
                return replace(form, issues=value_of(node).issues) if verb in ("json", "fields") else form

    def _with_tab(self, *, as_json: bool) -> Self:
        meant = value_of(self.root)
        if as_json == self.as_json or meant.lost:
            return replace(self, issues=meant.issues)
        field = self.root.field
        desk = Desk(schema=self.schema, exact=True)
        node = raw(field, "", meant.value) if as_json else load(desk, field, meant.value)
        return self._shown(self.schema, node, as_json=as_json)

    def validate(self) -> Self:
        """Return the form with what the schema refuses as issues; a form that is still being built has none."""
        if self.action is not None:
            return self
        meant = value_of(self.root)
        if meant.value is MISSING and not meant.issues and self.root.field.need is Need.OPTIONAL:
            return replace(self, value=None)
        if meant.value is MISSING:
            missing = Issue(path=(), message="A value is required here.")
            return replace(self, issues=meant.issues or (missing,))
        unread = [issue.path for issue in meant.issues]
        refused = check(self.schema, meant.value, chosen=dict(chosen_branches(self.root)))
        further = (issue for issue in refused if not any(issue.path[: len(path)] == path for path in unread))
        return replace(self, issues=(*meant.issues, *further))

    def with_issues(self, issues: Sequence[Issue]) -> Self:
        """Return the form with further issues, such as the verdict of the worker's own types."""
        return replace(self, issues=(*self.issues, *issues))

    def html(
        self, *, name_prefix: str = PREFIX, submit_url: str = "", id_prefix: str = "form", whole: str = "Input"
    ) -> SafeString:
        """Return everything between `<form>` and the button that runs it.

        Args:
            name_prefix: begins the name of every control.
            submit_url: where structural buttons post to while JavaScript runs; "" for the form's own action. The
                answer must hold the same form again; the element with the id `id_prefix` is swapped.
            id_prefix: begins every id; each form on a page needs its own.
            whole: what the whole value is called where the schema gives it no name, say ``Answer``.

        """
        return sheet(
            self.root,
            self.issues,
            as_json=self.as_json,
            prefix=name_prefix,
            ids=id_prefix,
            url=submit_url,
            focus=self.focus,
            note=self.note,
            whole=whole,
        )


def _root(schema: Json) -> Field:
    """Return the field of the whole input; where anything goes, it may be left empty, which means null."""
    field = field_of(place_of(schema))
    anything = isinstance(field.kind, Anything) and fits(field.place, None, schema=schema) is True
    return replace(field, need=Need.OPTIONAL) if anything else field
