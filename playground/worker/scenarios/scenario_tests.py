"""Scenarios as tests of pytest: one for each file, called ``workflow::name``."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.building.workflow import Workflow
from engine.playing import judge
from engine.scenarios import folder
from engine.scenarios.reading import read_scenario
from engine.scenarios.scenario import ScenarioProblem
from playground.worker.loading.discovery import Discovery, discover

DISCOVERY = pytest.StashKey[Discovery]()


def pytest_configure(config: pytest.Config) -> None:
    """Have the scenarios collected, too, where pytest is told nothing but the folders of its ini."""
    place = str(config.rootpath / folder.FOLDER)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and Path(place).is_dir() and place not in config.args:
        config.args.append(place)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    """Take the files of scenarios."""
    place = parent.config.rootpath / folder.FOLDER
    if file_path.suffix == ".json" and file_path.parent.parent == place and folder.is_scenario(file_path):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """The file of a scenario."""

    def collect(self) -> Iterator["ScenarioTest"]:
        """Give its one test."""
        yield ScenarioTest.from_parent(self, name=f"{self.path.parent.name}::{self.path.stem}")


class ScenarioTest(pytest.Item):
    """The playing of a scenario."""

    def runtest(self) -> None:
        """Play it.

        Raises:
            ScenarioProblem: it does not come to what it expects, or cannot be played.
        """
        scenario = read_scenario(self.path, folder.called(self.path, self.config.rootpath))
        workflow = workflow_of(self.config, scenario.workflow)
        # With a factory, the runner leaves the loop alone that other tests may have set.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            verdict, _ = runner.run(judge(workflow, scenario))
        if not verdict.passed:
            raise ScenarioProblem(verdict.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a difference without the way to it."""
        if isinstance(excinfo.value, ScenarioProblem):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the test is, and what it is called."""
        return self.path, None, self.name


def workflow_of(config: pytest.Config, workflow_id: str) -> Workflow[Any, Any]:
    """Return a workflow of the modules that pytest's ini names, which are imported once.

    Raises:
        ScenarioProblem: none of them holds it.
    """
    if DISCOVERY not in config.stash:
        config.stash[DISCOVERY] = discover(config.getini("stepyard_modules"), here=config.rootpath)
    found = config.stash[DISCOVERY]
    for one in found.found:
        if one.workflow.id == workflow_id:
            return one.workflow
    raise ScenarioProblem(f"there is no workflow {workflow_id!r}. {found.there}")
