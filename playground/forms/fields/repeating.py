"""Which fields hold rows alone: lists, and objects of entries."""

from playground.forms.fields.field_tree import Field, Group, Listing, Node, State
from playground.forms.schema.field_kinds import Record, Sequence
from playground.forms.schema.shape import numeric


def has_rows(field: Field) -> bool:
    """Tell whether a field holds rows alone, as many as one likes: items of a list, or entries without properties."""
    match field.kind:
        case Sequence(open=more, prefix=prefix):
            return more and not prefix
        case Record(open=more):
            return more and not field.shape.properties
        case _:
            return False


def may_be_bare(node: Node) -> bool:
    """Tell whether a list or an object of entries is not there, and could be without any row."""
    if not isinstance(node, Group | Listing) or node.state is State.VALUE or not has_rows(node.field):
        return False
    least = node.field.shape.facts.get("minItems" if isinstance(node, Listing) else "minProperties")
    return not (numeric(least) and least > 0)
