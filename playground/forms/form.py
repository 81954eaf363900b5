"""A form: a schema, what was loaded or typed, and what is wrong with it."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

from django.utils.safestring import SafeString

from playground.forms.fields.envelope import opened
from playground.forms.fields.evaluate import value_of
from playground.forms.fields.field_tree import Field, Need, Node, field_of, raw_of
from playground.forms.fields.focus import focus_after
from playground.forms.fields.form_context import FormContext
from playground.forms.fields.issue_places import chosen_branches
from playground.forms.fields.load_value import load, raw
from playground.forms.fields.posted import Post
from playground.forms.fields.read_post import MAX_POSTED, Reader
from playground.forms.fields.structure import ACTIONS, changed
from playground.forms.html.form_html import sheet
from playground.forms.schema.document import place_of
from playground.forms.schema.field_kinds import Anything
from playground.forms.schema.mask import secret_places, without_secrets
from playground.forms.validation.check import check, fits
from playground.forms.validation.edge_values import Variant, breaches, edges
from playground.forms.validation.example import example
from playground.forms.values.issues import Issue
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import MISSING, Json, Missing

PREFIX = "f"
COUNTS = re.compile(r"([0-9]{1,6}) ([0-9]{1,6})")
VARIANT_SECONDS = 0.4
MAX_VARIANTS = 80
LEFT_OUT = "This secret was left out: type it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How many edge cases and invalid examples were shown in a form."""

    edges: int = 0
    invalid: int = 0

    @property
    def text(self) -> str:
        """Return both as the form posts them."""
        return f"{self.edges} {self.invalid}"

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Return what was posted; whatever is no count is none."""
        found = COUNTS.fullmatch(text or "")
        return cls() if found is None else cls(edges=int(found[1]), invalid=int(found[2]))

    def next(self, kind: str) -> tuple[int, Self]:
        """Return the number of the next example of a kind, from 0, and the turns after it."""
        turn: int = getattr(self, kind)
        return turn, replace(self, **{kind: turn + 1})


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
    """What was made of the text in the JSON tab, or which example was filled in, when that needs a word."""
    turns: Turns = Turns()
    """Which examples come next, when one is asked for again."""

    @property
    def so_far(self) -> Json | Missing:
        """What the form means without what cannot be read, or is not there yet."""
        value = value_of(self.root).value
        return None if value is MISSING and self.root.field.need is Need.OPTIONAL else value

    @classmethod
    def blank(cls, schema: Json) -> Self:
        """Return a form in which nothing is set; defaults are shown and not sent."""
        return cls._shown(schema, load(FormContext(schema=schema), _root(schema), MISSING))

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
        form = cls._shown(schema, load(FormContext(schema=schema, exact=True), _root(schema), known))
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
        context = FormContext(schema=schema, left=MAX_POSTED)
        field = _root(schema)
        as_json = post.mark("tab", "") == "json"
        text, note = post.text("") or "", ""
        if as_json and post.mark("kept", "") is None:
            text, note = opened(schema, text)
        node = raw_of(field, "", text) if as_json else Reader(context=context, post=post).read(field)
        turns = Turns.read(post.mark("turns", ""))
        form = replace(cls._shown(schema, node, as_json=as_json), note=note, turns=turns)
        pressed = post.mark("do", "")
        if pressed is None:
            return replace(form, issues=value_of(node).issues)
        verb, _, at = pressed.partition(":")
        if verb == "example":
            return replace(form._exemplary(at), action="example")
        return replace(form._pressed(verb, at), action=ACTIONS.get(verb, "switch"), note=note, turns=turns)

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
            case _:
                context = FormContext(schema=self.schema, left=MAX_POSTED)
                node = changed(context, self.root, verb, at)
                form = self._shown(self.schema, node, focus=focus_after(verb, at, self.root, node))
                # What is not yet filled in is no mistake while one is still building the form.
                return replace(form, issues=value_of(node).issues) if verb in ("json", "fields") else form

    def _exemplary(self, kind: str) -> Self:
        """Return the form with an example of a kind: everything, minimal, or the next of edges or invalid ones."""
        if kind not in ("edges", "invalid"):
            return replace(self._with_example(example(self.schema, full=kind != "minimal")), turns=self.turns)
        turn, turns = self.turns.next(kind)
        variants = list(self._variants(kind))
        if not variants:
            nothing = (
                "Nothing that the form would refuse was found." if kind == "invalid" else "No edge case was found."
            )
            return replace(self, note=nothing, issues=())
        variant = variants[turn % len(variants)]
        word = "Edge case" if kind == "edges" else "Invalid"
        note = f"{word} {turn % len(variants) + 1} of {len(variants)}: {variant.said}."
        return replace(self._with_example(variant.value), note=note, turns=turns)

    def _variants(self, kind: str) -> Iterator[Variant]:
        """Yield the examples of a kind of which the form itself says that they are of it."""
        whole, place = example(self.schema), place_of(self.schema)
        until = time.thread_time() + VARIANT_SECONDS
        seen = {dumps(whole)}
        for variant in islice((edges if kind == "edges" else breaches)(place, whole, until), MAX_VARIANTS):
            if time.thread_time() > until:
                return
            text = dumps(variant.value)
            is_refused = bool(self._with_example(variant.value).validate().issues)
            if text not in seen and is_refused == (kind == "invalid"):
                seen.add(text)
                yield variant

    def _with_example(self, value: Json) -> Self:
        node = load(FormContext(schema=self.schema), self.root.field, value)
        shown = raw(node.field, "", value_of(node).value) if self.as_json else node
        return self._shown(self.schema, shown, as_json=self.as_json)

    def _with_tab(self, *, as_json: bool) -> Self:
        meant = value_of(self.root)
        if as_json == self.as_json or meant.lost:
            return replace(self, issues=meant.issues)
        field = self.root.field
        context = FormContext(schema=self.schema, exact=True)
        node = raw(field, "", meant.value) if as_json else load(context, field, meant.value)
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
            turns=self.turns.text,
            menu_open=self.action == "example" and bool(self.note),
            whole=whole,
        )


def _root(schema: Json) -> Field:
    """Return the field of the whole input; where anything goes, it may be left empty, which means null."""
    field = field_of(place_of(schema))
    anything = isinstance(field.kind, Anything) and fits(field.place, None, schema=schema) is True
    return replace(field, need=Need.OPTIONAL) if anything else field
