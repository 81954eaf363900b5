"""What is given to a command: values, as JSON, in a file or on standard input; modules; and which run is meant."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.commandline.exit_codes import CommandRefused
from playground.configuration import Configuration
from playground.forms import JsonError, parse_json
from playground.runs import lists
from playground.supervisor.module_paths import missing

RUN = "the run's id, or its first 8 characters or more"
FEWEST = 8
"""Characters that the beginning of an id has at the least: fewer are too easily another run's."""
LISTED = 5
HELP = "as JSON, @FILE for the JSON in a file, or - for standard input"


def existing(modules: Sequence[str], configuration: Configuration) -> None:
    """Check that what is to be imported is there, before anything is done.

    Args:
        modules: what the command was given.
        configuration: what is imported when it was given nothing, and the file of variables.

    Raises:
        CommandRefused: a file, folder or module is not there, or the file of variables.
    """
    if sentences := missing(tuple(modules) or configuration.workflows, Path.cwd(), configuration.env_file):
        raise CommandRefused("\n".join(sentences))


def given_value(option: str, given: str | None) -> Any:
    """Return the value that an option gives; null when it is left out.

    Raises:
        CommandRefused: it cannot be read.
    """
    if given is None:
        return None
    where = f"{option} {given}" if given == "-" or given.startswith("@") else option
    try:
        return parse_json(_text(given))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(f"{where} cannot be read: {error}") from None
    except JsonError as error:
        hint = f'In a shell, JSON stands in single quotes: {option} \'{{"city": "London"}}\'.'
        raise CommandRefused(f"{where} is not JSON: {error}" + (f"\n{hint}" if where == option else "")) from None


async def meant(run_id: str) -> str:
    """Return the id of the run that is meant.

    Args:
        run_id: a whole id, or the beginning of one. What is neither is given back, and is told where it is looked for.

    Raises:
        CommandRefused: several runs begin so; the message lists them.
    """
    if len(run_id) < FEWEST:
        return run_id
    found = await lists.beginning_with(run_id, most=LISTED + 1)
    if run_id in found or not found:
        return run_id
    if len(found) > 1:
        listed = ", ".join(found[:LISTED]) + (" and others" if len(found) > LISTED else "")
        raise CommandRefused(f"the ids of several runs begin with {run_id!r}: {listed}. Give more of the one you mean.")
    return found[0]


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig")
    return Path(given[1:]).read_text(encoding="utf-8-sig") if given.startswith("@") else given
