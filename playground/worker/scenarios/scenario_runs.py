"""``python -m playground.worker.scenarios.scenario_runs --fd N``: imports modules, plays scenarios, tells what came.

A line of JSON each: ``{"importing": module}`` before each module, ``{"problems": […]}`` after the last,
``{"playing": file}`` before each scenario, ``{"verdict": …}`` after it, and ``{"done": true}`` at the end.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from engine.building.workflow import Workflow  # noqa: E402  Django must be set up first.
from engine.playing import judge  # noqa: E402
from engine.scenarios.expectation import Verdict  # noqa: E402
from engine.scenarios.folder import called  # noqa: E402
from engine.scenarios.reading import read_scenario  # noqa: E402
from engine.scenarios.scenario import ScenarioProblem  # noqa: E402
from engine.scenarios.updating import take  # noqa: E402
from playground.store.rows import to_text  # noqa: E402
from playground.worker.loading.discovery import Discovery, discover, site  # noqa: E402
from playground.worker.loading.environment import load_env_file  # noqa: E402

Tell = Callable[[Mapping[str, Any]], None]


def main() -> None:
    """Import, play, and end at once, whatever the modules have started."""
    arguments = _arguments()

    def tell(line: Mapping[str, Any]) -> None:
        with open(arguments.fd, "w", closefd=False) as out:
            out.write(f"{to_text(line)}\n")

    load_env_file(settings.STEPYARD.env_file)
    discovery = discover(
        site(arguments.modules, settings.STEPYARD.workflows), lambda module: tell({"importing": module})
    )
    tell({"problems": [asdict(problem) for problem in discovery.problems]})
    _play(discovery, arguments.scenario, tell, update=arguments.update)
    tell({"done": True})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _play(discovery: Discovery, files: Sequence[str], tell: Tell, *, update: bool) -> None:
    workflows = {one.workflow.id: one.workflow for one in discovery.found}
    for file in files:
        tell({"playing": file})
        verdict, updated = asyncio.run(_verdict(Path(file), workflows, discovery.there, update=update))
        tell({"verdict": asdict(verdict), "updated": updated})


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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.worker.scenarios.scenario_runs", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files, folders or dotted names that hold workflows")
    parser.add_argument("--fd", type=int, required=True, help="the inherited descriptor to write to")
    parser.add_argument("--scenario", action="append", default=[], help="the file of a scenario")
    parser.add_argument("--update", action="store_true", help="take what comes as what is expected")
    return parser.parse_args()


if __name__ == "__main__":
    main()
