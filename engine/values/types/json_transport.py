"""How pydantic's plan of a type is changed so that every declared value survives the way through JSON.

pydantic compiles a *core schema*, a tree of dicts, into a validator and a serializer. Used as they are, some
declared values are lost between the two: bytes that are no text, secrets (they print as stars), ``nan``, fields that
are not written or written under another key than they are read from, computed fields where unknown keys are
forbidden, `Json`, enums and literals of tuples, what a serializer of the user's writes for the eye, numbers as keys,
text that several members of a union could be. `Transport` mends exactly these places and leaves the rest as the user
wrote it.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Literal

from pydantic import Secret, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import core_schema, from_json, to_json

from engine.values.not_json import text_key
from engine.values.schema_walk import CORE, Node
from engine.values.types import choices
from engine.values.types.core_schema import KEYED, before, configured, instead
from engine.values.types.field_keys import as_input, as_output, as_read, computed_keys, minds_extra, with_fields
from engine.values.types.handwritten_schemas import is_handwritten
from engine.values.types.keys import are_undeclared, keys_apart, may_be_read_as_one
from engine.values.types.plain_types import changes_text, is_pydantics, is_written_twice, may_collide
from engine.values.types.serializers import readable
from engine.values.types.set_order import write_ordered
from engine.values.types.text_forms import decode_bytes, decode_float, encode_bytes, is_encoded, reveal, times
from engine.values.types.unions import (
    CONFIG,
    Compiled,
    bytes_apart,
    is_ambiguous,
    is_plain_text,
    key_reader,
    members,
    union_reader,
)

Form = Literal["input", "output"]
"""What JSON is for: to be what the published input schema describes, or the output schema, with computed fields."""

FORMS: tuple[Form, Form] = ("output", "input")

_MAPPINGS = frozenset({"dict", "frozendict", "ordered-dict", "counter"})
_serialized = core_schema.plain_serializer_function_ser_schema
_wrapped = core_schema.wrap_serializer_function_ser_schema
_BYTES: Any = _serialized(encode_bytes)


class Transport:
    """What reads the JSON of one type, and what writes it in either form."""

    def __init__(self, schema: Any, write_any: Callable[[Any], Any]) -> None:
        """Take pydantic's core schema of the type, and what turns a value of an undeclared type into JSON."""
        self._schema = schema
        self._write_any = write_any
        self._shared = _shared(schema)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """The forms in which values are written; one if they are the same."""
        return FORMS if any(map(is_written_twice, CORE.schemas(self._schema))) else FORMS[:1]

    @cached_property
    def has_sets(self) -> bool:
        """Whether a value may hold items that have no order."""
        return any(node.get("type") in ("set", "frozenset") for node in CORE.schemas(self._schema))

    @cached_property
    def may_collide(self) -> bool:
        """Whether two keys may be the same in JSON: those that are no text, and those that a model does not know."""
        return any(may_collide(node) for node in CORE.schemas(self._schema))

    @cached_property
    def _configs(self) -> dict[int, Any]:
        """The configuration of the model around each node, by the node's identity."""
        return {id(node): config for node, config in configured(self._schema, {})}

    @cached_property
    def reading(self) -> Any:
        """The core schema that reads JSON text, also what was written in either form."""
        return CORE.rewrite(self._schema, self._read)

    @cached_property
    def _input(self) -> Any:
        return CORE.rewrite(self._schema, partial(self._write, "input"))

    @cached_property
    def _output(self) -> Any:
        return CORE.rewrite(self._schema, partial(self._write, "output"))

    def writing(self, form: Form) -> Any:
        """Return the core schema that checks Python values and writes them as JSON."""
        return self._input if form == "input" else self._output

    @cached_property
    def _decoded(self) -> frozenset[int]:
        """The nodes of encoded values that are the decoded ones in Python: all but those that a dict may describe."""
        return frozenset(id(node) for node in _outside_models(self._schema) if is_encoded(node))

    def _write(self, form: Form, new: Node, old: Node) -> Node:
        """Mend one node of what writes."""
        match new:
            case {"schema": inner, "serialization": how} if id(old) in self._decoded:
                # Strict, for a text where bytes are declared is still encoded.
                return {**inner, "strict": True, "serialization": how}
            case {"serialization": {"function": function}} if any(function is mask for mask in _MASKS):
                return {**new, "serialization": _serialized(reveal)}
            case {"serialization": {"function": _} as how} if not is_pydantics(how):
                own = self._own(form, {key: value for key, value in new.items() if key != "serialization"}, old)
                return {**own, "serialization": self._readable(form, how, own, old)}
            case {"serialization": _, "type": kind} if kind not in KEYED:
                return new
            case _:
                return self._own(form, new, old)

    def _own(self, form: Form, new: Node, old: Node) -> Node:
        """Mend a node that is written as its type is."""
        match new:
            case {"type": kind} if kind in KEYED:
                config = new.get("config", {})
                change = partial(as_input if form == "input" else as_output, config)
                written = {**CONFIG, **times(config, as_text=form == "input")}
                return {**with_fields(new, change), "config": {**config, **written}}
            case {"type": "bytes"}:
                return {**new, "serialization": _BYTES}
            case {"type": "any"}:
                return {**new, "serialization": _serialized(self._write_any)}
            case {"type": "set" | "frozenset"}:
                return {**new, "serialization": _wrapped(write_ordered)}
            case {"type": "json"}:
                return self._json(new)
            case {"type": mapping, "keys_schema": keys} if mapping in _MAPPINGS and self._is_choice(old["keys_schema"]):
                return {**new, "keys_schema": {**keys, "serialization": _serialized(choices.key)}}
            case {"type": mapping} if mapping in _MAPPINGS and are_undeclared(old.get("keys_schema", {}), self._shared):
                return {**new, "keys_schema": {"type": "any", "serialization": _serialized(text_key)}}
            case {"type": "enum" | "literal"} if choices.are_mended(old):
                return {**new, "serialization": _serialized(choices.form)}
            case {"type": "union", "choices": list()} if is_ambiguous(old, self._shared):
                return bytes_apart(new, _BYTES)
            case _:
                return new

    def _json(self, new: Node) -> Node:
        """Return `Json`, written as the text that it reads; what is checked may be the text, or what it stands for."""
        inner = new.get("schema") or self._own("output", {"type": "any"}, {"type": "any"})
        either = core_schema.union_schema([new, inner], mode="left_to_right")
        return {**either, "serialization": _wrapped(_json_text, schema=inner)}

    def _is_choice(self, keys: Node) -> bool:
        """Return whether the keys of a dict are an enum or literal that is no plain text."""
        node = self._shared.get(keys.get("schema_ref"), keys)
        return node["type"] in ("enum", "literal") and choices.are_mended(node)

    def _readable(self, form: Form, how: Node, own: Node, old: Node) -> Node:
        """Return the serialization that follows one of the user's where it can be read back."""
        returned = how.get("return_schema") or {"type": "any", "serialization": _serialized(self._write_any)}
        write = Compiled(lambda: _whole(returned, self.writing(form))).write
        reader = self._reader(lambda: CORE.rewrite(old, self._read))
        inner = {key: value for key, value in own.items() if key != "ref"}
        own_first = form == "input" and not is_handwritten(old)
        return readable(how, inner, reader.read, lambda value: from_json(write(value)), own_first)

    def _reader(self, make: Callable[[], Node], config: Any = None) -> Compiled:
        """Return what reads a part of the type, as it is read in a model with this configuration."""
        return Compiled(lambda: _whole(make(), self.reading), config)

    def _writers(self, part: Node, inside: Callable[[Node], Node]) -> list[Compiled]:
        """Return what writes something inside a part of the type, in either form."""
        return [Compiled(partial(self._part_written, form, part, inside)) for form in FORMS]

    def _part_written(self, form: Form, part: Node, inside: Callable[[Node], Node]) -> Any:
        return _whole(inside(CORE.rewrite(part, partial(self._write, form))), self.writing(form))

    def _read(self, new: Node, old: Node) -> Node:
        """Mend one node of what reads."""
        match new:
            case {"type": kind} if kind in KEYED:
                return self._read_model(new)
            case {"type": kind, "keys_schema": dict() as keys} if kind in _MAPPINGS:
                node = {**new, "keys_schema": self._read_key(keys, old["keys_schema"])}
                return self._read_keys_apart(node, old)
            case {"type": "enum" | "literal"} if choices.are_mended(old):
                return before(choices.reader(old), new)
            case {"type": "tagged-union", "choices": dict() as tagged}:
                return {**new, "choices": choices.tags(tagged)}
            case {"type": "union", "choices": list()} if is_ambiguous(old, self._shared):
                return self._read_union(new, old)
            case {"type": "bytes"}:
                return before(decode_bytes, new)
            case {"type": "float"}:
                return before(decode_float, new)
            case _:
                return new

    def _read_model(self, new: Node) -> Node:
        """Return a model that reads its own JSON: other keys, and computed fields among keys that it minds."""
        config = new.get("config", {})
        node = with_fields(new, partial(as_read, config))
        if config.get("validate_by_alias") is False:
            node = {**node, "config": {**config, "validate_by_alias": True}}
        names = computed_keys(node)
        if not names or not minds_extra(node):
            return node
        model = self._reader(lambda: node)

        def read(value: Any) -> Any:
            if isinstance(value, dict):
                value = {key: part for key, part in value.items() if key not in names}
            # JSON text again: what a function hands to an inner schema is read as Python values, and there a strict
            # model refuses a date that is text.
            return model.read(to_json(value))

        return instead(read, node)

    def _read_union(self, new: Node, old: Node) -> Node:
        """Return a union that reads text as the member that wrote it."""
        readers = [self._reader(partial(_itself, member)) for member in members(new)]
        texts = [is_plain_text(member) for member in members(old)]
        sides = [
            (reader, self._writers(old, partial(_member, index)))
            for index, reader in enumerate(readers)
            if not texts[index]
        ]
        plain = [reader for reader, text in zip(readers, texts, strict=True) if text]
        return instead(union_reader(self._reader(lambda: new), sides, plain[0] if plain else None), new)

    def _read_keys_apart(self, node: Node, old: Node) -> Node:
        """Return a dict that refuses keys which are two in JSON and one when they are read."""
        config = self._configs.get(id(old), {})
        if not (changes_text(config) or may_be_read_as_one(old, self._shared)):
            return node
        whole = self._reader(lambda: node, config)
        one = self._reader(lambda: _keyed(node["keys_schema"]), config)
        return instead(keys_apart(whole, one), node)

    def _read_key(self, new: Node, old: Node) -> Node:
        """Return the schema of a dict's keys, which are text in JSON, also where they are numbers."""
        node = self._shared.get(old.get("schema_ref"), old)
        match node:
            case {"type": "enum" | "literal"}:
                plain = {key: value for key, value in node.items() if key != "ref"}
                return before(choices.reader(node, choices.key), plain)
            case {"type": "union", "choices": list()}:
                sides = [self._key_side(member) for member in members(node) if not is_plain_text(member)]
                return instead(key_reader(self._reader(lambda: _keyed(new)), sides), {})
            case _:
                return new

    def _key_side(self, member: Node) -> tuple[Compiled, list[Compiled]]:
        """Return what reads and writes a dict that has a member of a union as its keys."""
        keyed = _keyed(member)
        return self._reader(lambda: CORE.rewrite(keyed, self._read)), self._writers(keyed, _itself)


def _keyed(keys: Node) -> Node:
    """Return the node of a dict with such keys and nothing in it."""
    return {"type": "dict", "keys_schema": keys, "values_schema": {"type": "none"}}


def _itself(node: Node) -> Node:
    """Return the node."""
    return node


def _member(index: int, union: Node) -> Node:
    """Return a member of a union."""
    return members(union)[index]


def _whole(part: Node, root: Any) -> Any:
    """Return a part of a core schema with the definitions of the whole that it may refer to."""
    more = [] if root["type"] != "definitions" else root["definitions"]
    return {"type": "definitions", "schema": {k: v for k, v in part.items() if k != "ref"}, "definitions": more}


def _json_text(value: Any, handler: Callable[[Any], Any]) -> str:
    """Write what `Json` has read as the JSON text that it reads."""
    return to_json(handler(value)).decode()


def _described(form: Form, shared: Mapping[Any, Node], new: Node, _: Node) -> Node:
    """Mend one node of what describes a form."""
    match new:
        case {"type": kind, "keys_schema": keys} if kind in _MAPPINGS:
            return {**new, "keys_schema": _described_keys(shared.get(keys.get("schema_ref"), keys), keys)}
        case {"type": kind} if kind in KEYED and form == "output":
            new = with_fields(new, partial(as_output, new.get("config", {})))
        case _:
            pass
    match new:
        case {"serialization": {"function": _} as how} if not is_pydantics(how):
            own = {key: value for key, value in new.items() if key not in ("serialization", "ref")}
            returned: Any = how.get("return_schema") or core_schema.any_schema()
            either = returned if returned["type"] == "any" else core_schema.union_schema([returned, own])
            return {**new, "serialization": {**how, "return_schema": either}}
        case _:
            return new


def _described_keys(node: Node, keys: Node) -> Node:
    """Return the keys of a dict, where they are choices, as the texts that these are in JSON."""
    if node["type"] not in ("enum", "literal"):
        return keys
    return dict(core_schema.literal_schema([choices.key(option) for option in choices.options(node)]))


def described(schema: Any, form: Form) -> Any:
    """Return a core schema of which pydantic's own JSON Schema is that of a form."""
    return CORE.rewrite(schema, partial(_described, form, _shared(schema)))


def _outside_models(node: Node) -> Iterator[Node]:
    """Yield a node and those inside it that stand in no model or dataclass, of which an instance is taken as it is."""
    yield node
    if node.get("type") not in ("model", "dataclass"):
        for _, part in CORE.parts(node):
            yield from _outside_models(part)


def _shared(schema: Any) -> dict[Any, Node]:
    """Return the parts of a core schema that others may refer to."""
    return {node["ref"]: node for node in CORE.schemas(schema) if "ref" in node}


# The functions with which pydantic writes stars; found by looking because they have no public name.
_MASKS = frozenset(
    node["function"]
    for secret in (SecretStr, SecretBytes, Secret[int])
    for node in CORE.schemas(dict(TypeAdapter(secret).core_schema))
    if node.get("type") == "function-plain"
)
