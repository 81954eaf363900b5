"""``python -m playground.worker.scenarios.scenario_runs --fd N``: imports modules, plays scenarios, tells what came.

A line of JSON each: ``{"importing": module}`` before each module, ``{"problems": […]}`` after the last,
``{"playing": file}`` before each scenario, ``{"verdict": …}`` after it, and ``{"done": true}`` at the end.
"""

import argparse
import asyncio
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from engine.building.workflow import Workflow  # noqa: E402  Django must be set up first.
from engine.playing import judge  # noqa: E402
from engine.scenarios.expectation import Verdict  # noqa: E402
from engine.scenarios.folder import called  # noqa: E402
from engine.scenarios.reading import read_scenario  # noqa: E402
from engine.scenarios.scenario import ScenarioProblem  # noqa: E402
from engine.scenarios.updating import take  # noqa: E402
from playground.worker.loading.helper_main import Tell, imported, parser_of, run_and_end  # noqa: E402


def main() -> None:
    """Import, play, and end at once, whatever the modules have started."""
    parser = parser_of("playground.worker.scenarios.scenario_runs", __doc__)
    parser.add_argument("--scenario", action="append", default=[], help="the file of a scenario")
    parser.add_argument("--update", action="store_true", help="take what comes as what is expected")
    arguments = parser.parse_args()
    run_and_end(arguments.fd, lambda tell: _played(arguments, tell))


def _played(arguments: argparse.Namespace, tell: Tell) -> Mapping[str, Any]:
    """Play, and return the last line."""
    discovery = imported(arguments.modules, tell)
    tell({"problems": [asdict(problem) for problem in discovery.problems]})
    workflows = {one.workflow.id: one.workflow for one in discovery.found}
    for file in arguments.scenario:
        tell({"playing": file})
        verdict, updated = asyncio.run(_verdict(Path(file), workflows, discovery.there, update=arguments.update))
        tell({"verdict": asdict(verdict), "updated": updated})
    return {"done": True}


async def _verdict(
    file: Path, workflows: Mapping[str, Workflow[Any, Any]], otherwise: str, *, update: bool
) -> tuple[Verdict, bool]:
    """Return what came of one scenario, and whether its file was changed to expect that."""
    name = called(file, Path.cwd())
    try:
        scenario = read_scenario(file, name)
    except ScenarioProblem as error:
        return unread(file, name, str(error)), False
    workflow = workflows.get(scenario.workflow)
    if workflow is None:
        return unread(file, name, f"there is no workflow {scenario.workflow!r}. {otherwise}"), False
    verdict, result = await judge(workflow, scenario)
    updated = update and result is not None and not verdict.passed and take(scenario, result, file)
    return verdict, updated


def unread(file: Path, name: str, problem: str) -> Verdict:
    """Return the verdict on a file of which nothing could be played."""
    return Verdict(workflow=file.parent.name, name=file.stem, file=name, passed=False, problem=problem)


if __name__ == "__main__":
    main()
