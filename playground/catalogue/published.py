"""What a worker publishes of the user's code, as values that need no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

Graph = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEntry:
    """A version of a workflow, as a worker published it."""

    workflow_id: str
    digest: str
    graph: Graph
    """The tree with all schemas; see `engine.tree.graph`."""
    description: str = ""
    module: str = ""
    """The module or file that it was found in, as the command named it."""
    file: str | None = None
    line: int | None = None
    current: bool = True
    """False for a version that the code no longer holds."""

    @property
    def input_schema(self) -> Any:
        """Return the JSON Schema of the input."""
        return self.graph["input_schema"]

    @property
    def output_schema(self) -> Any:
        """Return the JSON Schema of the result."""
        return self.graph["output_schema"]

    @property
    def importable(self) -> str:
        """Return the name by which the module is imported: of a file elsewhere, that of the file."""
        path = PurePath(self.module)
        if path.suffix != ".py":
            return self.module
        inside = not path.is_absolute() and ".." not in path.parts
        return ".".join(path.with_suffix("").parts) if inside else path.stem


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProblem:
    """Why a module of the user's, or one workflow in it, is not served."""

    module: str
    """As the command named it."""
    type: str
    """The exception's class, or ``WorkerDied``, ``NoWorkflows``, ``TimeLimit``."""
    message: str
    workflow: str | None = None
    """The id of the workflow that is left out; None when the whole module is."""
    file: str | None = None
    """Where it happened in the user's code, if that is known."""
    line: int | None = None
    source: str | None = None
    """The text of that line."""
    traceback: str = ""
    """The whole traceback, or what the process printed last."""

    @property
    def verdict(self) -> str:
        """Return what of the module is not served, in a few words that follow its name."""
        if self.workflow is not None:
            return f"holds a workflow that cannot be served, {self.workflow!r}"
        return "gives no workflow" if self.type == "NoWorkflows" else "does not import"

    @property
    def what(self) -> str:
        """Return the error on one line, its place first, so that a hint at its end is the last thing that is read."""
        where = f" in line {self.line} of {self.file}" if self.line else ""
        return f"{self.type}{where}: {self.message.rstrip('.')}"


def complaints(problems: Iterable[ImportProblem]) -> list[str]:
    """Return what is wrong, a clause for each error: all modules that import the one that broke are named together."""
    by_error: dict[tuple[str | None, ...], list[ImportProblem]] = {}
    for problem in problems:
        shared = problem.file is not None and problem.workflow is None
        apart = None if shared else f"{problem.module} {problem.verdict}"
        by_error.setdefault((problem.what, apart), []).append(problem)
    found = []
    for first, *more in by_error.values():
        names = " and ".join(dict.fromkeys(problem.module for problem in (first, *more)))
        found.append(f"{names} {'do not import' if more else first.verdict} ({first.what})")
    return found
