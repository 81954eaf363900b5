"""``python -m playground.worker.fuzzing.fuzz_runs --fd N --order FILE``: looks for inputs that make a workflow fail.

A line of JSON each: ``{"importing": module}`` before each module, ``{"steps": …}`` after the last, ``{"inputs": …}`` on
how far it has come, ``{"found": …}`` for each failure and again when a smaller input has it, and at the end ``{"done":
true}``; or ``{"wrong": …}`` when nothing can be tried.
"""

import argparse
import gc
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from engine.building.workflow import Workflow  # noqa: E402  Django must be set up first.
from engine.errors import StepyardError  # noqa: E402
from engine.rehearsal import Rehearsal, check_rehearsal  # noqa: E402
from engine.runs.start_input import fitted_rehearsal  # noqa: E402
from playground.forms import example  # noqa: E402
from playground.fuzzing.findings import Bounds  # noqa: E402
from playground.graph.nodes import GraphBranch, GraphWorkflow  # noqa: E402
from playground.graph.tree import Tree, read_tree  # noqa: E402
from playground.worker.loading.helper_main import Tell, imported, parser_of, run_and_end, workflow_of  # noqa: E402

try:
    from hypothesis.configuration import set_hypothesis_home_dir
    from hypothesis.errors import HypothesisException

    from playground.worker.fuzzing.generating import values_of
    from playground.worker.fuzzing.hunting import Hunt
    from playground.worker.fuzzing.trials import Trials
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] != "hypothesis":
        raise
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

MISSING = "the inputs are made by a library that is not installed: pip install 'stepyard[fuzz]'"


def main() -> None:
    """Import, look, and end at once, whatever the modules have started."""
    parser = parser_of("playground.worker.fuzzing.fuzz_runs", __doc__)
    parser.add_argument("--order", type=Path, required=True, help="the file that says what to look for, in JSON")
    arguments = parser.parse_args()
    run_and_end(arguments.fd, lambda tell: _looked(arguments, tell))


def _looked(arguments: argparse.Namespace, tell: Tell) -> Mapping[str, Any]:
    """Look, and return the last line."""
    if not IS_INSTALLED:
        return {"wrong": MISSING}
    # What Hypothesis keeps of its own goes away with the order, and not into the user's project.
    set_hypothesis_home_dir(arguments.order.parent)
    order = json.loads(arguments.order.read_text())
    discovery = imported(arguments.modules, tell)
    try:
        workflow = workflow_of(discovery, order["workflow"])
        rehearsal = rehearsed(workflow, order["rehearsal"], order["steps"])
        _hunt(workflow, rehearsal, order, tell)
    except StepyardError as error:
        return {"wrong": str(error)}
    except HypothesisException as error:
        return {"wrong": f"no input can be made from the schema of workflow {order['workflow']!r}: {error}"}
    return {"done": True}


def _hunt(workflow: Workflow[Any, Any], rehearsal: Rehearsal | None, order: Mapping[str, Any], tell: Tell) -> None:
    tree = read_tree(workflow.graph)
    arms = [[step.name for step in arm.steps()] for branch in _branches(tree) for arm in branch.inner]
    pretended = None if rehearsal is None else rehearsal.to_dict()
    tell({"steps": [node.name for node in tree.walk()], "arms": arms, "rehearsal": pretended})
    trials = Trials(workflow=workflow, rehearsal=pretended, memory=order["memory"], hang=order["hang"])
    bounds = Bounds(runs=order["runs"], seconds=order["seconds"], memory=order["memory"])
    values = values_of(workflow.input_schema)
    # What is there now is not looked through again in each process that is made of this one.
    gc.collect()
    gc.freeze()
    Hunt(trials=trials, values=values, bounds=bounds, seed=order["seed"], tell=tell).run()


def _branches(tree: Tree) -> Iterator[GraphBranch]:
    inside = (node.nodes for node in tree.walk() if isinstance(node, GraphWorkflow))
    for node in (node for nodes in (tree.nodes, *inside) for node in nodes):
        yield from (part for part in node.flat() if isinstance(part, GraphBranch))


def rehearsed(workflow: Workflow[Any, Any], given: Any, steps: Sequence[str]) -> Rehearsal | None:
    """Return what is pretended in each run.

    Args:
        workflow: the workflow.
        given: a rehearsal as JSON, or None.
        steps: further steps that are not called, and return an example of what they give.

    Raises:
        InvalidInput, UnknownStep, RehearsalRefused: it is not for this workflow, or for none here.
    """
    tree = read_tree(workflow.graph)
    results = {name: _example(tree.by_name().get(name)) for name in steps}
    both = {**(given or {}), "results": {**results, **(given or {}).get("results", {})}}
    rehearsal = Rehearsal.from_dict({name: part for name, part in both.items() if part})
    check_rehearsal(rehearsal, production=settings.PRODUCTION, can_die=False)
    fitted_rehearsal(workflow.flow, rehearsal)
    return rehearsal if rehearsal.steps else None


def _example(node: Any) -> Any:
    return None if node is None else example(node.output_schema or {})


if __name__ == "__main__":
    main()
