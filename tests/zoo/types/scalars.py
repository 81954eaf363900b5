"""Numbers, texts and bytes, plain and under constraints."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, NewType

from annotated_types import Ge, Gt, Interval, Le, Len, LowerCase, Lt, MaxLen, MinLen, MultipleOf
from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    ByteSize,
    Field,
    FiniteFloat,
    NegativeFloat,
    NegativeInt,
    NonNegativeFloat,
    NonNegativeInt,
    NonPositiveInt,
    PlainSerializer,
    PositiveFloat,
    PositiveInt,
    StrictBool,
    StrictBytes,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
    WrapValidator,
    conbytes,
    condecimal,
    confloat,
    conint,
    constr,
)

UserId = NewType("UserId", int)
Slug = NewType("Slug", str)


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("must be even")
    return number


TYPES = {
    "int": (int, 0, -1, 2**53 + 1, 10**30),
    "float": (float, 0.5, -0.0, 1e300, 5e-324, 3.0),
    "str": (str, "", "plain", "ä\n\ttab", "😀", "'\"<&>"),
    "bool": (bool, True, False),
    "bytes": (bytes, b"", b"abc", b"\xff\x00"),
    "None": (type(None), None),
    "object": (object, "x", 3, {"a": [1]}),
    "Any": (Any, None, 1, "x", [1, {"a": None}]),
    "complex": (complex, 1 + 2j, -0.5j),
    "Decimal": (Decimal, Decimal("1.10"), Decimal("-0.000000000000000000001"), Decimal("1E+5")),
    "Fraction": (Fraction, Fraction(1, 3), Fraction(5)),
    "NewType of int": (UserId, 7),
    "NewType of str": (Slug, "a-b"),
    "positive int": (PositiveInt, 1),
    "negative int": (NegativeInt, -1),
    "non-negative int": (NonNegativeInt, 0),
    "non-positive int": (NonPositiveInt, 0),
    "positive float": (PositiveFloat, 0.1),
    "negative float": (NegativeFloat, -0.1),
    "non-negative float": (NonNegativeFloat, 0.0),
    "finite float": (FiniteFloat, 1.5),
    "a float that may be infinite": (
        Annotated[float, Field(allow_inf_nan=True)],
        *(1.5, float("inf"), float("-inf"), float("nan")),
    ),
    "strict int": (StrictInt, 3),
    "strict float": (StrictFloat, 3.5, 3.0),
    "strict str": (StrictStr, "3"),
    "strict bool": (StrictBool, False),
    "strict bytes": (StrictBytes, b"3"),
    "conint": (conint(ge=1, lt=10), 9),
    "confloat": (confloat(gt=0, le=1), 1.0),
    "constr": (constr(min_length=2, max_length=4, pattern="^[a-z]+$"), "abc"),
    "conbytes": (conbytes(max_length=3), b"abc"),
    "condecimal": (condecimal(max_digits=6, decimal_places=2), Decimal("1234.50")),
    "age": (Annotated[int, Field(ge=0, le=150, description="Years")], 42),
    "percent": (Annotated[float, Field(ge=0, le=100, multiple_of=0.5)], 99.5),
    "port": (Annotated[int, Interval(gt=0, lt=65536)], 4111),
    "even by a step": (Annotated[int, MultipleOf(2)], 8),
    "temperature": (Annotated[float, Ge(-273.15)], -273.15),
    "below": (Annotated[int, Lt(5)], 4),
    "above": (Annotated[int, Gt(5)], 6),
    "at most": (Annotated[int, Le(5)], 5),
    "short text": (Annotated[str, MaxLen(3)], "abc"),
    "text that must be there": (Annotated[str, MinLen(1)], "x"),
    "code of five": (Annotated[str, Len(5, 5)], "AB123"),
    "lower case": (Annotated[str, LowerCase], "abc"),
    "trimmed": (Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True)], "abc"),
    "upper case": (Annotated[str, StringConstraints(to_upper=True)], "ABC"),
    "phone number": (Annotated[str, Field(pattern=r"^\+?[0-9 ()-]{5,20}$", examples=["+49 30 123"])], "+49 30 123456"),
    "even number": (Annotated[int, AfterValidator(_even)], 4),
    "number written with commas": (
        Annotated[int, BeforeValidator(lambda v: v.replace(",", "") if isinstance(v, str) else v)],
        1_000_000,
    ),
    "clamped": (Annotated[int, AfterValidator(lambda v: max(0, min(v, 10)))], 10),
    "empty means none": (Annotated[int | None, BeforeValidator(lambda v: None if v == "" else v)], None, 3),
    "wrapped": (Annotated[str, WrapValidator(lambda v, handler: handler(v).strip())], "x"),
    "hexadecimal": (
        Annotated[
            int,
            BeforeValidator(lambda v: int(v, 16) if isinstance(v, str) else v),
            PlainSerializer(hex, return_type=str),
            WithJsonSchema({"type": ["string", "integer"], "pattern": "^(0x)?[0-9a-f]+$"}),
        ],
        255,
    ),
    "cents": (
        Annotated[Decimal, Field(ge=0, decimal_places=2), PlainSerializer(str, return_type=str, when_used="json")],
        Decimal("9.99"),
    ),
    "finite by annotation": (Annotated[float, AllowInfNan(False)], 2.25),
    "size of a file": (ByteSize, ByteSize(1536)),
    "titled": (Annotated[str, Field(title="Name", description="As on the passport", max_length=200)], "Ada"),
    "long text": (Annotated[str, Field(json_schema_extra={"format": "textarea"})], "line\nline"),
}
