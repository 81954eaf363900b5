"""Modules that ended a worker which imported them: the next worker leaves them out, so that the others are served."""

from collections.abc import Collection

from playground.catalogue.problems import ImportProblem
from playground.fleet.workers import FATAL
from playground.models import Worker as WorkerRow
from playground.store.rows import from_text


def fatal_modules(died: Collection[str], *, needed: Collection[str]) -> dict[str, ImportProblem]:
    """Return the modules that ended workers, each with the problem that was written down for it.

    Args:
        died: the ids of the workers that have died since a file was saved.
        needed: modules that are imported all the same, since a worker that lives holds them.
    """
    rows = WorkerRow.objects.filter(worker_id__in=died).order_by("id")
    problems = (ImportProblem(**problem) for row in rows for problem in from_text(row.problems))
    return {one.module: one for one in problems if one.type in FATAL and one.module not in needed}
