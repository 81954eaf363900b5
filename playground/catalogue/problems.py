"""What of the user's code is not served and why, for each module and as people are told it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


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
    needs: str | None = None
    """Another module that this one imports and that did not import itself; None when the fault is its own."""
    needed_by: Sequence[str] = ()
    """The modules that did not import since they need this one; only in what `told` returns."""

    @property
    def fault(self) -> str:
        """Return what of the module is not served, in a few words that follow its name."""
        if self.workflow is not None:
            return f"holds a workflow that cannot be served, {self.workflow!r}"
        if self.needed_by:
            return f"does not import, and is needed by {' and '.join(self.needed_by)}"
        return "gives no workflow" if self.type == "NoWorkflows" else "does not import"

    @property
    def what(self) -> str:
        """Return the error on one line, its place first, so that a hint at its end is the last thing that is read."""
        where = f" in line {self.line} of {self.file}" if self.line else ""
        return f"{self.type}{where}: {self.message.rstrip('.')}"


def told(problems: Iterable[ImportProblem]) -> list[ImportProblem]:
    """Return the problems as people are told them: a module that broke once, with all modules that need it."""
    found: dict[tuple[str, str | None, str], ImportProblem] = {}
    for problem in problems:
        broken = problem.needs or problem.module
        key = (broken, problem.workflow, problem.what)
        first = found.setdefault(key, replace(problem, module=broken, needs=None))
        if problem.needs:
            needed_by = tuple(dict.fromkeys([*first.needed_by, problem.module]))
            found[key] = replace(first, needed_by=needed_by)
    return list(found.values())


def complaints(problems: Iterable[ImportProblem]) -> list[str]:
    """Return what is wrong, a clause for each module that broke and each workflow that cannot be served."""
    return [f"{problem.module} {problem.fault} ({problem.what})" for problem in told(problems)]
