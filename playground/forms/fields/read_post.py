"""A post into fields: exactly what was typed, with the states that were chosen."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from playground.forms.fields.conditional_fields import as_typed, carried, following, typed_again
from playground.forms.fields.conditions import Resolved, Undecided
from playground.forms.fields.evaluate import value_of
from playground.forms.fields.field_tree import (
    Entry,
    Field,
    Group,
    Item,
    Leaf,
    Listing,
    Need,
    Node,
    Raw,
    State,
    Switch,
    branch_field,
    raw_of,
)
from playground.forms.fields.form_context import MAX_LEVELS, MAX_ROUNDS, FormContext
from playground.forms.fields.leftover import UNDECIDED, UNPLACED, as_read, leftover
from playground.forms.fields.load_value import (
    blank,
    empty,
    is_lost,
    is_lost_in_a_line,
    item_field,
    load,
    load_entry,
    raw,
    started,
    switched,
)
from playground.forms.fields.posted import Post
from playground.forms.schema.field_kinds import (
    Anything,
    Boolean,
    Choice,
    Const,
    Record,
    Selection,
    Sequence,
    Text,
    Union,
    Upload,
)
from playground.forms.schema.shape import Shape, entry_place
from playground.forms.values.jsontext import JsonError, dumps, parse_json
from playground.forms.values.pointer import ENTRY, child, name_in
from playground.forms.values.values import MISSING, Json

MAX_POSTED = 6_000
"""Fields that a post may open; each has several controls, of which the server takes 20,000."""
NOT_TEXT = (
    "This file is no text in UTF-8, which is what the schema takes here. "
    "For other files, declare the field as base64 (pydantic: Base64Bytes)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the fields of one post."""

    context: FormContext
    post: Post

    def read(self, field: Field, at: str = "", level: int = 0) -> Node:
        """Return the node at a pointer; where nothing was posted, the blank one."""
        if not self.post.has(at):
            return blank(self.context, field, at, level)
        if self.post.mark("as", at) == "json" or isinstance(field.kind, Anything) or level > MAX_LEVELS:
            return self.as_json(field, at)
        if isinstance(field.kind, Record) and len(field.shape.properties) > self.context.left:
            return self.as_json(field, at)
        match field.kind:
            case Union():
                return self.switch(field, at, level)
            case Record() | Sequence():
                return self.container(field, at, level)
            case _:
                return self.leaf(field, at)

    def as_json(self, field: Field, at: str) -> Raw:
        """Read the editor for JSON, or else fields that the page had here and that are none any more."""
        text = self.post.text(at)
        if text is None and self.post.steps(at):
            return self.kept(field, at, UNPLACED)
        return raw_of(field, at, text or "")

    def kept(self, field: Field, at: str, problem: str) -> Raw:
        """Return the editor with all that was posted at a pointer, and why it has to be looked over."""
        return replace(raw(field, at, leftover(self.post, at)), problem=problem)

    def state(self, field: Field, at: str) -> tuple[str, bool]:
        """Return the state that was posted and whether the person changed it; an alternative has none of its own.

        The option that the page offered as selected is marked, so that a state that nobody touched can give way to
        what was typed into the field.
        """
        posted = self.post.mark("is", at) or "" if field.need is not Need.CHOSEN else ""
        return posted.removeprefix("="), bool(posted) and not posted.startswith("=")

    def leaf(self, field: Field, at: str) -> Node:
        """Read a field with one control."""
        text = self.post.text(at) or ""
        posted, changed = self.state(field, at)
        if isinstance(field.kind, Upload) and f":file{at}" in self.post.files and not changed:
            return self.uploaded(field, at, field.kind)
        match field.kind:
            case Const():
                known = {"unset": State.UNSET, "null": State.NULL, "value": State.VALUE}
                needed = State.UNSET if field.need is Need.OPTIONAL else State.VALUE
                return Leaf(field=field, at=at, state=known.get(posted, needed), text="")
            case Selection():
                return self.selection(field, at)
            case Boolean() | Choice():
                state = State.NULL if text == "null" and field.nullable else State.VALUE if text else State.UNSET
                return Leaf(field=field, at=at, state=state, text=text if state is State.VALUE else "")
            case _:
                state = self.typed(field, text, posted, changed=changed)
                if state is State.VALUE and isinstance(field.kind, Text | Upload) and is_lost(field.kind, text):
                    return raw(field, at, text)
                area = self.post.mark("area", at) is not None
                number = self.post.mark("as", at) == "number"
                shown = text if state is State.VALUE else ""
                return Leaf(field=field, at=at, state=state, text=shown, area=area, number=number)

    def selection(self, field: Field, at: str) -> Node:
        """Read what is ticked; where nothing is, a list that must be there is empty."""
        if self.post.steps(at):
            return self.kept(field, at, UNPLACED)
        text = " ".join(self.post.ticked(at))
        posted, changed = self.state(field, at)
        state = self.typed(field, text, posted, changed=changed)
        if state is State.UNSET and posted != "unset" and field.need is not Need.OPTIONAL and not field.nullable:
            state = State.VALUE
        return Leaf(field=field, at=at, state=state, text=text if state is State.VALUE else "")

    def typed(self, field: Field, text: str, posted: str, *, changed: bool) -> State:
        """Return the state of a text control: what was chosen, else what follows from the text."""
        if changed and posted in ("unset", "null"):
            return State.NULL if posted == "null" else State.UNSET
        if posted == "empty":
            return State.VALUE
        if field.need is Need.CHOSEN and isinstance(field.kind, Text | Upload | Selection):
            return State.VALUE
        if text or (changed and posted == "value" and field.may_be_empty):
            return State.VALUE
        # Who clears a field that must be there, and may be null, means null.
        return State.NULL if posted in ("null", "value") and field.nullable else State.UNSET

    def uploaded(self, field: Field, at: str, kind: Upload) -> Node:
        """Read a file into the text that the schema asks for."""
        _, content = self.post.files[f":file{at}"]
        if kind.encoding == "utf-8":
            try:
                return load(self.context, field, content.decode(), at)
            except UnicodeDecodeError:
                return Leaf(field=field, at=at, state=State.VALUE, text=self.post.text(at) or "", problem=NOT_TEXT)
        encode = base64.urlsafe_b64encode if kind.encoding == "base64url" else base64.b64encode
        return Leaf(field=field, at=at, state=State.VALUE, text=encode(content).decode())

    def container(self, field: Field, at: str, level: int) -> Node:
        """Read an object or a list; what is unset puts its content aside, and what is set again takes it back."""
        is_record = isinstance(field.kind, Record)
        inner = self.group if is_record else self.listing
        if field.need is Need.CHOSEN:
            return inner(field, at, level)
        posted, changed = self.state(field, at)
        stash = self.post.mark("stash", at) or ""
        if changed and posted in ("unset", "null"):
            content = as_read(inner(field, at, level))
            closed = empty(field, at, State.NULL if posted == "null" else State.UNSET)
            return replace(closed, stash=dumps(content)) if isinstance(closed, Group | Listing) else closed
        if changed and stash:
            return load(self.context.put_back, field, _parsed(stash), at, level)
        if changed and not self.post.steps(at):
            return load(self.context, field, started(self.context, field), at, level)
        if posted in ("unset", "null") and not self.post.steps(at):
            closed = empty(field, at, State.NULL if posted == "null" else State.UNSET)
            return replace(closed, stash=stash) if isinstance(closed, Group | Listing) else closed
        return inner(field, at, level)

    def group(self, field: Field, at: str, level: int) -> Node:
        """Read an object as it was shown, and let its fields follow what its conditions say of that."""
        group = self.members(field, self.context.as_shown(field.shape, self.post.mark("held", at) or ""), at, level)
        try:
            group = self.followed(group, at, level)
        except Undecided:
            return replace(raw(field, at, as_read(group)), problem=UNDECIDED)
        # A script can post names that the line for an entry's name cannot hold.
        lost = any(is_lost_in_a_line(entry.name) for entry in group.entries)
        return raw(field, at, value_of(group).value) if lost else group

    def followed(self, group: Group, at: str, level: int) -> Group:
        """Return an object with the fields that its conditions ask for.

        Raises:
            Undecided: they could not be found out.

        """
        if self.post.mark("held", at) is None:
            # What no page posted, such as a script, has no marks; its names are read anew as more of them are known,
            # which takes twice as long at each level of a loop.
            for _ in range(MAX_ROUNDS):
                resolved = self.context.effective(group.field.shape, value_of(group).value)
                if resolved.held == group.held:
                    break
                with self.context.charged():
                    group = self.members(group.field, resolved, at, level)
        return following(self.context, group, level)

    def members(self, field: Field, resolved: Resolved, at: str, level: int) -> Group:
        """Read the properties and entries of an object."""
        shape, chosen = resolved.shape, field.need is Need.CHOSEN
        nodes = tuple(
            self.member(member, child(at, member.name), level + 1)
            for member in self.context.members(shape, chosen=chosen)
        )
        known = {node.at.rpartition("/")[2] for node in nodes}
        keyed = self.post.marks("entry", at)
        entries = [self.entry(shape, at, key, level) for key in keyed]
        others = (step for step in self.post.steps(at) if not step.startswith(ENTRY) and step not in known)
        entries += self.foreign(shape, at, others, level)
        order = _parsed(self.post.mark("order", at) or "[]")
        names = tuple(name for name in order if isinstance(name, str)) if isinstance(order, list) else ()
        return Group(
            field=field,
            at=at,
            state=State.VALUE,
            members=nodes,
            entries=tuple(entries),
            order=names,
            held=resolved.held,
        )

    def member(self, field: Field, at: str, level: int) -> Node:
        """Read a property, which may be one that the form opened by itself."""
        node = self.read(field, at, level)
        opened = self.post.mark("opened", at) is not None
        return replace(node, opened=True) if opened and not isinstance(node, Raw) else node

    def entry(self, shape: Shape, at: str, key: str, level: int) -> Entry:
        """Read an entry whose name was typed."""
        name = self.post.mark("key", f"{at}/{ENTRY}{key}") or ""
        node = self.read(self.context.field(entry_place(shape, name)), f"{at}/{ENTRY}{key}", level + 1)
        return Entry(key=key, name=name, node=node)

    def foreign(self, shape: Shape, at: str, steps: Iterable[str], level: int) -> Iterator[Entry]:
        """Read properties that were posted by name though the schema does not show them, or no longer does."""
        for number, step in enumerate(steps):
            told = _parsed(self.post.mark("name", f"{at}/{step}") or "null")
            name = told if isinstance(told, str) else name_in(step)
            place = self.context.possible(shape).get(name) or entry_place(shape, name)
            node = self.read(self.context.field(place), f"{at}/{step}", level + 1)
            meant, key = value_of(node), f"x{number}"
            field = self.context.field(entry_place(shape, name))
            if meant.lost or meant.doubts:
                yield Entry(key=key, name=name, node=as_typed(node, field, f"{at}/{ENTRY}{key}"))
            elif meant.value is not MISSING:
                yield load_entry(self.context, shape, name=name, value=meant.value, key=key, at=at, level=level)

    def listing(self, field: Field, at: str, level: int) -> Node:
        """Read a list in the order of the page."""
        keys = self.post.marks("item", at) or [step for step in self.post.steps(at) if step.isdecimal()]
        items = tuple(
            Item(key=key, node=self.read(item_field(self.context, field, number), f"{at}/{key}", level + 1))
            for number, key in enumerate(dict.fromkeys(keys))
        )
        return Listing(field=field, at=at, state=State.VALUE, items=items)

    def switch(self, field: Field, at: str, level: int) -> Node:
        """Read a union; a branch that was just chosen takes over what has the same names and fits."""
        posted = self.post.mark("is", at)
        before = self.post.mark("was", at) or "unset"
        chosen = posted if posted is not None else before
        stash = self.post.mark("stash", at) or ""
        if chosen == before:
            return self.unchanged(field, at, level, chosen, stash)
        parsed = _parsed(stash or "{}")
        kept = parsed if isinstance(parsed, dict) else {}
        old = self.unchanged(field, at, level, before, "")
        content = as_read(old.body) if isinstance(old, Switch) and old.body else MISSING
        if content is not MISSING:
            kept = {**kept, before: content}
        if not chosen.isdecimal() or len(chosen) > 4:
            state = State.NULL if chosen == "null" and field.nullable else State.UNSET
            return Switch(field=field, at=at, state=state, stash=dumps(kept))
        inner = branch_field(field, int(chosen))
        value = kept.pop(chosen, MISSING) if inner else MISSING
        stash, number = dumps(kept) if kept else "", int(chosen)
        if inner and value is not MISSING:
            node = switched(self.context.put_back, field, number, value, at, level, stash)
            typed = typed_again(inner, value, at) if isinstance(node, Raw) else None
            shown = Switch(field=field, at=at, state=State.VALUE, branch=number, body=typed, stash=stash)
            return shown if typed else node
        taken = carried(self.context, inner, content) if inner else MISSING
        node = switched(self.context, field, number, taken, at, level, stash)
        # What the other alternative cannot show is put aside, or there would be none to choose any more.
        return switched(self.context, field, number, MISSING, at, level, stash) if isinstance(node, Raw) else node

    def unchanged(self, field: Field, at: str, level: int, chosen: str, stash: str) -> Node:
        """Read a union whose branch stays as it was."""
        inner = branch_field(field, int(chosen)) if chosen.isdecimal() and len(chosen) < 5 else None
        if inner is None:
            if chosen == "unset" and self.post.mark("was", at) is None:
                is_free = isinstance(field.kind, Union) and field.kind.free
                return self.unmarked(field, at) if is_free else self.guessed(field, at, level)
            state = State.NULL if chosen == "null" and field.nullable else State.UNSET
            return Switch(field=field, at=at, state=state, stash=stash)
        body = self.read(inner, at, level)
        if isinstance(body, Switch) or (isinstance(body, Raw) and not isinstance(inner.kind, Anything)):
            meant = value_of(body)
            return replace(raw(field, at, meant.value), problem=meant.doubts[0].message if meant.doubts else "")
        return Switch(field=field, at=at, state=State.VALUE, branch=int(chosen), body=body, stash=stash)

    def unmarked(self, field: Field, at: str) -> Node:
        """Read any value that no page posted, such as a script's: it is JSON."""
        typed = raw_of(field, at, self.post.text(at) or "")
        return typed if isinstance(typed.meant, JsonError) else raw(field, at, typed.meant)

    def guessed(self, field: Field, at: str, level: int) -> Node:
        """Read a union for which no branch was posted: the first one that what was posted fits."""
        first: Node | None = None
        for number in range(len(field.kind.branches) if isinstance(field.kind, Union) else 0):
            node = self.unchanged(field, at, level, str(number), "")
            meant = value_of(node)
            inner = branch_field(field, number)
            if inner and meant.value is not MISSING and not meant.issues:
                fits = self.context.fits(inner.place, meant.value)
                if fits is not False:
                    return node if fits else self.kept(field, at, UNDECIDED)
            first = first or node
        return first or blank(self.context, field, at, level)


def _parsed(text: str) -> Json:
    try:
        return parse_json(text)
    except (JsonError, json.JSONDecodeError):
        return MISSING
