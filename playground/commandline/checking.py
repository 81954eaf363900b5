"""What modules hold and what is wrong with it, found by a process that imports them and may do anything."""

import re
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.catalogue.problems import ImportProblem, told
from playground.catalogue.unsupported_schemas import SchemaProblem, schema_problems
from playground.fleet.workers import exit_text
from playground.supervisor.child import ROOT
from playground.supervisor.helper_process import listen_to

FRAME = '  File "'
FOREIGN = (
    f"{FRAME}<frozen ",
    *(f"{FRAME}{ROOT / name}/" for name in ("engine", "playground")),
    *(f"{FRAME}{path}/" for name, path in sysconfig.get_paths().items() if name in ("stdlib", "purelib", "platlib")),
)
MARGIN = 3.0
"""Seconds beyond the limit after which the process is ended from outside: code that lets no thread run says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found."""

    workflows: tuple[Mapping[str, Any], ...]
    problems: tuple[ImportProblem, ...]
    schemas: tuple[SchemaProblem, ...]

    @property
    def well(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.problems or self.schemas)


async def check(modules: Sequence[str], *, seconds: float) -> Checked:
    """Import modules in a process of their own, for a limited time.

    A module that ends the process, or takes too long, is left out of another one, which finds what the others hold.

    Args:
        modules: files, folders or dotted names; as for `discover` when there are none.
        seconds: for how long they may be imported.
    """
    fatal: dict[str, ImportProblem] = {}
    while True:
        lines, code = await _import(modules, seconds, tuple(fatal))
        last = lines[-1] if lines else {}
        if "workflows" in last:
            return _checked(last, fatal)
        importing = next((line["importing"] for line in reversed(lines) if line.get("importing")), None)
        module = " ".join(modules) if importing is None else importing
        problem = _cut_short(module, last.get("hangs"), code, seconds)
        if importing is None or importing in fatal:
            return Checked(workflows=(), problems=(*fatal.values(), problem), schemas=())
        # Once more without it, for all that the others hold.
        fatal[importing] = problem


def _checked(last: Mapping[str, Any], fatal: Mapping[str, ImportProblem]) -> Checked:
    """Return what a process has found that imported all but some modules, for which there are problems."""
    problems = [ImportProblem(**problem) for problem in last["problems"]]
    found = [schema_problems(entry["workflow_id"], entry["graph"]) for entry in last["workflows"]]
    return Checked(
        workflows=tuple(last["workflows"]),
        problems=tuple(told(fatal.get(problem.module, problem) for problem in problems)),
        schemas=tuple(problem for of_one in found for problem in of_one),
    )


def own_lines(traceback: str) -> Iterator[str]:
    """Yield of a traceback what concerns the user's code: without the frames of libraries, and causes inside them."""
    parts = re.split(r"\n\n(?=The above exception|During handling)", traceback.rstrip())
    kept = [list(_own_frames(part)) for part in parts]
    shown = [lines for lines in kept[:-1] if any(line.startswith(FRAME) for line in lines)] + kept[-1:]
    for number, lines in enumerate(shown):
        joined = bool(lines) and lines[0].startswith(("The above", "During"))
        yield from lines[1:] if joined and not number else lines


def _own_frames(part: str) -> Iterator[str]:
    foreign = False
    for line in part.splitlines():
        if line.startswith(FRAME):
            foreign = line.startswith(FOREIGN)
        elif not line.startswith("  "):
            foreign = False
        if line and not foreign:
            yield line


async def _import(
    modules: Sequence[str], seconds: float, without: Sequence[str]
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the lines that the process told, and how it ended."""
    lines: list[dict[str, Any]] = []
    words = ["--seconds", str(seconds), *(f"--without={module}" for module in without), "--", *modules]
    code = await listen_to("playground.worker.inspection", words, silence=seconds + MARGIN, heard=lines.append)
    return lines, code


def _cut_short(module: str, hangs: Mapping[str, Any] | None, code: int | None, seconds: float) -> ImportProblem:
    if hangs is None and code is not None:
        message = f"the process ended while it imported this module: {exit_text(code)}"
        return ImportProblem(module=module, type="ProcessEnded", message=message)
    place = hangs or {}
    return ImportProblem(
        module=module,
        type="TimeLimit",
        message=f"importing this module took longer than {seconds:g} s",
        file=place.get("file"),
        line=place.get("line"),
        source=place.get("source"),
    )
