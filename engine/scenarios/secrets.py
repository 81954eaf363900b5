"""Values that a scenario leaves out: ``{"$env": "NAME"}`` stands for an environment variable."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.scenarios.scenario import ScenarioProblem

KEY = "$env"


def with_variables(value: Any, environment: Mapping[str, str], called: str) -> Any:
    """Return JSON with the variables in their places.

    Args:
        value: the JSON of a scenario.
        environment: the variables.
        called: how messages call the scenario's file.

    Raises:
        ScenarioProblem: variables are not set; the message names them.
    """
    missing = sorted({name for name in names_in(value) if name not in environment})
    if missing:
        raise ScenarioProblem(f"{called} asks for what is not set: {', '.join(missing)}. Set it in the environment.")
    return _filled(value, environment)


def names_in(value: Any) -> Iterator[str]:
    """Yield the names of the variables that JSON asks for."""
    match value:
        case {"$env": str(name)} if len(value) == 1:
            yield name
        case dict():
            for child in value.values():
                yield from names_in(child)
        case list():
            for child in value:
                yield from names_in(child)


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    match value:
        case {"$env": str(name)} if len(value) == 1:
            return environment[name]
        case dict():
            return {key: _filled(child, environment) for key, child in value.items()}
        case list():
            return [_filled(child, environment) for child in value]
        case _:
            return value
