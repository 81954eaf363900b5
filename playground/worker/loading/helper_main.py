"""What every process does that works for another one: imports the user's code, tells lines of JSON, ends at once."""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from django.conf import settings

from engine.building.workflow import Workflow
from engine.errors import UnknownWorkflow
from playground.catalogue.problems import ImportProblem
from playground.store.rows import to_text
from playground.worker.loading.discovery import Discovery, discover, site
from playground.worker.loading.environment import load_env_file

Tell = Callable[[Mapping[str, Any]], None]


def parser_of(module: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows what every such process is given.

    Args:
        module: its dotted name.
        description: what it is for.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("modules", nargs="*", help="files, folders or dotted names that hold workflows")
    parser.add_argument("--fd", type=int, required=True, help="the inherited descriptor to write to")
    return parser


def run_and_end(fd: int, work: Callable[[Tell], Mapping[str, Any]]) -> NoReturn:
    """Do the work, tell the line that it returns as the last one, and end, whatever the user's modules have started.

    Args:
        fd: the descriptor to which lines are told.
        work: is given the function that tells a line, which any thread may call.
    """
    lock = threading.Lock()

    def tell(line: Mapping[str, Any]) -> None:
        with lock, open(fd, "w", closefd=False) as out:
            out.write(f"{to_text(line)}\n")

    tell(work(tell))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def imported(modules: Sequence[str], tell: Tell, without: Mapping[str, ImportProblem] | None = None) -> Discovery:
    """Import the user's modules with the variables of the user's file, and tell of each before it is imported.

    Args:
        modules: what to import; see `site`.
        tell: is told ``{"importing": module}``.
        without: see `discover`.
    """
    load_env_file(settings.STEPYARD.env_file)
    return discover(site(modules, settings.STEPYARD.workflows), lambda module: tell({"importing": module}), without)


def workflow_of(discovery: Discovery, workflow_id: str) -> Workflow[Any, Any]:
    """Return a workflow that was imported.

    Raises:
        UnknownWorkflow: there is none of this id; the message says which there are.
    """
    for one in discovery.found:
        if one.workflow.id == workflow_id:
            return one.workflow
    raise UnknownWorkflow(f"there is no workflow {workflow_id!r}. {discovery.there}")
