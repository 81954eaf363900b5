"""Requests of a client with their answers, as they stand in ``transcript.json``."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
FLOWS = HERE / "flows.py"
TRANSCRIPT = HERE / "transcript.json"
TIMES = frozenset({"startedAt", "endedAt", "suspendedAt", "resumedAt", "createdAt", "updatedAt", "timestamp"})
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came back."""

    method: str
    path: str
    body: Any
    """JSON, None for none."""
    status: int
    answer: list[Any]
    """The JSON of the answer; of a stream, each chunk."""
    goes_on: bool = False
    """The next request was made before this answer had ended."""

    @classmethod
    def of(cls, *, method: str, path: str, body: str | None, status: int, answer: str, goes_on: bool) -> Self:
        """Read an exchange from what went over the wire."""
        return cls(
            method=method,
            path=path,
            body=None if body is None else json.loads(body),
            status=status,
            answer=[_normal(json.loads(part)) for part in answer.split("\x1e") if part],
            goes_on=goes_on,
        )


def load() -> list[Exchange]:
    """Return the recorded exchanges."""
    return [Exchange(**exchange) for exchange in json.loads(TRANSCRIPT.read_text())]


def save(exchanges: list[Exchange]) -> None:
    """Record exchanges, one a line."""
    lines = ",\n".join(json.dumps(asdict(exchange), ensure_ascii=False) for exchange in exchanges)
    TRANSCRIPT.write_text(f"[\n{lines}\n]\n")


def _normal(value: Any, key: str = "") -> Any:
    """Return JSON without what is different each time: times, made-up ids, and how pydantic writes a schema."""
    match value:
        case _ if key in TIMES:
            return "a time"
        case str() if key == "digest" or key.endswith("Schema"):
            return f"a {key}"
        case dict() if key == "errorDetail":
            return {"type": value["type"]}
        case str():
            return UUID.sub("an-id", value)
        case dict():
            return {name: _normal(part, name) for name, part in value.items()}
        case list():
            return [_normal(part) for part in value]
        case _:
            return value
