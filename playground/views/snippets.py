"""The run that a form stands for, written for elsewhere: as a ``curl`` command and as Python."""

import json
import re
from dataclasses import dataclass
from pprint import pformat

from django.http import HttpRequest

from playground.catalogue.catalogue import WorkflowEntry
from playground.forms import MISSING, Form, dumps, example, mask

LONGEST = 20_000
"""Characters of an input that still stands in a command; a longer one is read from a file."""
WIDTH = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippets:
    """One way to start the workflow for each place from which one does."""

    curl: str
    python: str
    is_example: bool = False
    """Whether nothing was filled in yet, and the input is a generated one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetsPart:
    """Context of ``workflow/snippets.html``."""

    snippets: Snippets


def snippets_of(request: HttpRequest, entry: WorkflowEntry, form: Form) -> Snippets:
    """Return the snippets for what stands in the form now; secrets are masked, what cannot be read is left out."""
    value = form.so_far
    is_example = value is MISSING
    text = dumps(mask(entry.input_schema, example(entry.input_schema) if value is MISSING else value))
    url = request.build_absolute_uri(f"/api/workflows/{entry.workflow_id}/start-async")
    body = "'" + f'{{"inputData": {text}}}'.replace("'", "'\\''") + "'"
    literal = _literal(text)
    if len(text) > LONGEST:
        body, literal = "@body.json", 'json.loads(Path("body.json").read_text())["inputData"]'
    curl = f"curl -X POST {url} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"
    return Snippets(curl=curl, python=_python(entry, literal), is_example=is_example)


def _literal(text: str) -> str:
    """Return a value as Python, indented to stand in a call when it is long."""
    written = pformat(json.loads(text), width=WIDTH, sort_dicts=False) if len(text) <= LONGEST else ""
    if "\n" not in written:
        return written
    lines = "\n".join(f"        {line}" for line in written.splitlines())
    return f"\n{lines}\n    "


def _python(entry: WorkflowEntry, literal: str) -> str:
    """Return a program that runs the workflow; what its module calls it is not known here."""
    name = re.sub(r"\W", "_", entry.workflow_id)
    from_file = ["import json", "from pathlib import Path"] if literal.startswith("json.") else []
    imports = "\n".join(["import asyncio", *from_file])
    return (
        f"{imports}\n\nfrom {entry.importable} import {name}  # whatever your module calls it\n\n\n"
        f"async def main() -> None:\n    run = await {name}.create_run()\n"
        f"    result = await run.start({literal})\n    print(result)\n\n\nasyncio.run(main())"
    )
