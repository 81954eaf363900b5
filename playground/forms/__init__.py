"""JSON Schema to form to JSON: exactly what was meant, nothing about databases or HTTP."""

from playground.forms.form import Form
from playground.forms.schema.mask import MASK, mask, without_secrets
from playground.forms.validation.check import check
from playground.forms.validation.example import example
from playground.forms.values.issues import Issue
from playground.forms.values.jsontext import JsonError, dumps, parse_json
from playground.forms.values.pasted import parse_pasted
from playground.forms.values.values import MISSING, Json, Literal, Missing

__all__ = [
    "MASK",
    "MISSING",
    "Form",
    "Issue",
    "Json",
    "JsonError",
    "Literal",
    "Missing",
    "check",
    "dumps",
    "example",
    "mask",
    "parse_json",
    "parse_pasted",
    "without_secrets",
]
