"""Looks for inputs that make a workflow fail, in a process of its own, which imports the user's code."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playground.fleet.workers import exit_text
from playground.fuzzing.findings import HANG, Bounds, Finding, Report
from playground.supervisor.helper_process import listen_to

SILENCE = 70.0
"""Seconds that one import may take; an input is given up much sooner, by the process itself."""
MOST_SEED = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is looked for, and how."""

    workflow: str
    modules: tuple[str, ...] = ()
    """Files, folders or dotted names that hold it; as for `discover` when there are none."""
    bounds: Bounds = field(default_factory=Bounds)
    rehearsal: Mapping[str, Any] | None = None
    """What each run pretends, as `engine.rehearsal.Rehearsal.to_dict` writes it."""
    steps: tuple[str, ...] = ()
    """Further steps that are not called, and return an example of what they give."""
    hang: float = HANG


@dataclass(slots=True)
class _Heard:
    """What the process has told so far."""

    report: Report
    said: Callable[[Report], object]
    importing: str = ""
    done: bool = False
    arms: Sequence[Sequence[str]] = ()
    steps: Sequence[str] = ()
    findings: dict[str, Finding] = field(default_factory=dict)

    def hear(self, line: dict[str, Any]) -> None:
        """Take a line."""
        self.importing = line.get("importing", self.importing)
        self.done = self.done or "done" in line or "wrong" in line
        if "wrong" in line:
            self.report = replace(self.report, state="failed", problem=line["wrong"])
        if "steps" in line:
            self.steps, self.arms = line["steps"], line["arms"]
            self.report = replace(self._reached(()), rehearsal=line["rehearsal"])
        if "found" in line:
            finding = Finding(**line["found"])
            self.findings[finding.key] = finding
            self.report = replace(self.report, findings=tuple(self.findings.values()))
        if "inputs" in line:
            counted = {name: line[name] for name in ("inputs", "refused", "seconds")}
            self.report = replace(self._reached(line["reached"]), **counted)
        self.said(self.report)

    def _reached(self, reached: Sequence[str]) -> Report:
        known = {*reached}
        taken = sum(not known.isdisjoint(arm) for arm in self.arms)
        return replace(
            self.report,
            reached=tuple(step for step in self.steps if step in known),
            unreached=tuple(step for step in self.steps if step not in known),
            arms=(taken, len(self.arms)),
        )


async def search(order: Order, *, said: Callable[[Report], object] = lambda report: None) -> Report:
    """Look until the bounds are met; when it is cancelled, so is everything that it has started.

    Args:
        order: what is looked for.
        said: told what was found, again and again while it is looked.
    """
    seed = secrets.randbelow(MOST_SEED) if order.bounds.seed is None else order.bounds.seed
    heard = _Heard(Report(workflow=order.workflow, seed=seed), said)
    with TemporaryDirectory(prefix="stepyard-fuzz-") as folder:
        file = Path(folder) / "order.json"
        file.write_text(json.dumps(_as_json(order, seed)), encoding="utf-8")
        words = [f"--order={file}", "--", *order.modules]
        code = await listen_to("playground.worker.fuzzing.fuzz_runs", words, silence=SILENCE, heard=heard.hear)
    if not heard.done:
        return replace(heard.report, state="failed", problem=_why(heard, code))
    return heard.report if heard.report.state == "failed" else replace(heard.report, state="done")


def _as_json(order: Order, seed: int) -> dict[str, Any]:
    bounds = order.bounds
    return {
        "workflow": order.workflow,
        "rehearsal": order.rehearsal,
        "steps": order.steps,
        "runs": bounds.runs,
        "seconds": bounds.seconds,
        "memory": bounds.memory,
        "hang": order.hang,
        "seed": seed,
    }


def _why(heard: _Heard, code: int | None) -> str:
    what = "inputs were tried" if heard.steps else f"it imported {heard.importing or 'the modules'}"
    if code is None:
        return f"nothing was heard of the process for {SILENCE:g} s while {what}: something blocks it"
    return f"the process ended while {what}: {exit_text(code)}"
