"""Plays scenarios in a process of their own, which imports the user's code and may do anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.scenarios.expectation import Verdict
from engine.scenarios.folder import called
from playground.catalogue.problems import ImportProblem
from playground.fleet.workers import exit_text
from playground.supervisor.helper_process import listen_to

SILENCE = 70.0
"""Seconds for which one import or one scenario may take before the process is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of one scenario."""

    verdict: Verdict
    updated: bool = False
    """Whether its file now expects what came."""

    @property
    def well(self) -> bool:
        """Tell whether the file expects what came."""
        return self.verdict.passed or self.updated


@dataclass(slots=True)
class _Heard:
    """What a process has told so far."""

    said: Callable[[Came], object]
    left: list[str]
    """The files that were not played yet."""
    here: Path
    importing: str = ""
    playing: str = ""
    done: bool = False
    problems: list[ImportProblem] = field(default_factory=list)

    def hear(self, line: dict[str, Any]) -> None:
        """Take a line."""
        self.importing = line.get("importing", "") if "importing" in line else self.importing
        self.playing = line.get("playing", "")
        self.done = line.get("done", False)
        if "problems" in line:
            self.problems = [ImportProblem(**problem) for problem in line["problems"]]
        if "verdict" in line:
            self.left.pop(0)
            self.said(Came(verdict=Verdict(**line["verdict"]), updated=line["updated"]))

    def give_up(self, why: str) -> None:
        """Say of the scenario that ended the process, or of all when an import did, that it could not be played."""
        lost = self.left[:1] if self.playing else list(self.left)
        del self.left[: len(lost)]
        for file in map(Path, lost):
            name = called(file, self.here)
            verdict = Verdict(workflow=file.parent.name, name=file.stem, file=name, passed=False, problem=why)
            self.said(Came(verdict=verdict))


async def play(
    files: Sequence[Path], modules: Sequence[str], *, said: Callable[[Came], object], update: bool = False
) -> list[ImportProblem]:
    """Play scenarios one after the other; one that ends the process, or never ends, hurts no other one.

    Args:
        files: those of the scenarios.
        modules: files, folders or dotted names that hold the workflows; as for `discover` when there are none.
        said: told what came of each, as soon as that is known.
        update: whether a file is to expect from now on what came.

    Returns:
        What did not import.
    """
    left = [str(file) for file in files]
    heard = _Heard(said, left, Path.cwd())
    while left:
        heard = _Heard(said, left, Path.cwd())
        words = [*(f"--scenario={file}" for file in left), *(["--update"] if update else []), "--", *modules]
        code = await listen_to("playground.worker.scenarios.scenario_runs", words, silence=SILENCE, heard=heard.hear)
        if not heard.done:
            heard.give_up(_why(heard, code))
    return heard.problems


def _why(heard: _Heard, code: int | None) -> str:
    what = "it was played" if heard.playing else f"it imported {heard.importing or 'the modules'}"
    if code is None:
        return f"nothing was heard of the process for {SILENCE:g} s while {what}: a step blocks it"
    return f"the process ended while {what}: {exit_text(code)}"
