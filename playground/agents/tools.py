"""What an agent can do: each tool a coroutine with a docstring for its reader, which returns text."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.agents.http_api import Api
from playground.handbook import lookup

LONGEST_WAIT = 50
"""Seconds that one call waits for a run, so that no client gives up before."""
LISTED = 20
"""How many runs are listed."""

Tool = Callable[..., Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one playground."""

    api: Api

    @property
    def reading(self) -> Sequence[Tool]:
        """Return the tools that change nothing."""
        return (
            self.list_workflows,
            self.describe_workflow,
            self.list_runs,
            self.read_run,
            self.wait_for_run,
            self.compare_runs,
            self.list_scenarios,
            self.list_pins,
            self.what_is_broken,
            self.search_docs,
        )

    @property
    def changing(self) -> Sequence[Tool]:
        """Return the tools that start, answer or write something."""
        return (
            self.start_run,
            self.answer,
            self.send_event,
            self.retry_run,
            self.fork_run,
            self.proceed_run,
            self.cancel_run,
            self.wake_run,
            self.run_step,
            self.pin_result,
            self.unpin_result,
            self.save_scenario,
            self.run_scenarios,
        )

    async def list_workflows(self) -> str:
        """List the workflows with what each is for."""
        found = await self.api.get("workflows")
        return "\n".join(f"{name}: {one['description'] or 'no description'}" for name, one in found.items()) or "none"

    async def describe_workflow(self, workflow: str) -> str:
        """Describe a workflow: its steps in order, and the JSON Schemas of its input, result, state and answers."""
        found = await self.api.get("workflows", workflow)
        steps = [_described(path, one) for path, one in found["allSteps"].items()]
        schemas = [f"{name}: {found[name]}" for name in ("inputSchema", "outputSchema", "stateSchema") if name in found]
        return "\n".join([f"{workflow}: {found['description']}", *schemas, "steps:", *steps])

    async def list_runs(self, workflow: str = "", status: str = "") -> str:
        """List the last runs, newest first; of one workflow, or with a status such as failed or suspended."""
        given = {key: value for key, value in (("workflow", workflow), ("status", status)) if value}
        found = await self.api.get("runs", limit=LISTED, **given)
        return "\n".join(map(_line, found["runs"])) or "no runs"

    async def start_run(
        self,
        workflow: str,
        input_data: Any = None,
        breakpoints: list[str] | Literal["all"] | None = None,
        rehearsal: dict[str, Any] | None = None,
        wait: int = 20,
    ) -> str:
        """Start a run of a workflow, and tell how it stands when it rests, or after `wait` seconds.

        It pauses before the steps in breakpoints. A rehearsal, for tests: {"results": {step: value}, "failures": {step:
        {"times": 2, "type": "TimeoutError", "message": "..."}}, "delays": {step: seconds}, "deaths": {step: 1}}.
        """
        ways = {"breakpoints": breakpoints, "rehearsal": rehearsal}
        body = {"inputData": input_data} | {name: given for name, given in ways.items() if given is not None}
        found = await self.api.post("workflows", workflow, "start", body=body)
        return await self.wait_for_run(found["runId"], wait)

    async def read_run(self, run: str) -> str:
        """Tell a run: its journal, error with places in the code, logs, and what it waits for."""
        found = await self.api.get("runs", run)
        return str(found["text"])

    async def wait_for_run(self, run: str, seconds: int = 20) -> str:
        """Wait until a run has ended, or waits for somebody, and tell it as read_run does; 50 seconds at most."""
        found = await self.api.get("runs", run, wait=max(0, min(seconds, LONGEST_WAIT)))
        return str(found["text"])

    async def answer(self, run: str, data: Any, step: str = "", on_a_copy: bool = False, wait: int = 20) -> str:
        """Answer a step that waits for a person; on a copy, the run itself goes on waiting."""
        way = "resume-copy" if on_a_copy else "resume"
        body = {"resumeData": data} | ({"step": step} if step else {})
        return await self._go_on(run, way, body, wait)

    async def send_event(self, run: str, name: str, data: Any = None, wait: int = 20) -> str:
        """Send a run an event that it waits for."""
        workflow = await self._workflow_of(run)
        await self.api.post("workflows", workflow, "runs", run, "send-event", body={"event": name, "data": data})
        return await self.wait_for_run(run, wait)

    async def retry_run(self, run: str, wait: int = 20) -> str:
        """Try a failed run again from what has failed, in a new run with the code as it is now."""
        return await self._go_on(run, "retry", {}, wait)

    async def fork_run(
        self, run: str, step: str, input_data: Any = None, same_input: bool = True, wait: int = 20
    ) -> str:
        """Start a new run from a step of another one; with same_input false, the step is given input_data instead."""
        body = {"step": step} | ({} if same_input else {"inputData": input_data})
        return await self._go_on(run, "time-travel", body, wait)

    async def proceed_run(
        self, run: str, one_step: bool = False, input_data: Any = None, same_input: bool = True, wait: int = 20
    ) -> str:
        """Have a paused run go on; with one_step it pauses again before what comes next.

        With same_input false, the step before which it is paused is given input_data instead.
        """
        body = {"step": True} if one_step else {}
        return await self._go_on(run, "proceed", body | ({} if same_input else {"inputData": input_data}), wait)

    async def cancel_run(self, run: str, reason: str = "") -> str:
        """Cancel a run."""
        await self.api.post("workflows", await self._workflow_of(run), "runs", run, "cancel", body={"reason": reason})
        return await self.read_run(run)

    async def wake_run(self, run: str, step: str = "", wait: int = 20) -> str:
        """End the time that a step of a run waits for: a timer, a retry's pause, a rehearsed delay, a deadline."""
        return await self._go_on(run, "wake", {"step": step} if step else {}, wait)

    async def run_step(
        self, run: str, step: str, input_data: Any = None, same_input: bool = True, at: int | None = None
    ) -> str:
        """Run one step of a run alone, with the code as it is now; nothing of it is recorded in the run.

        With same_input false, it is given input_data instead of what it had. In a loop, `at` is the number of the event
        with which the pass began. Tells output, error, logs and what it wrote, beside what was recorded.
        """
        body = {"step": step} | ({} if same_input else {"inputData": input_data}) | ({} if at is None else {"at": at})
        workflow = await self._workflow_of(run)
        return _told(await self.api.post("workflows", workflow, "run-step", body=body, runId=run))

    async def list_pins(self, workflow: str) -> str:
        """List the steps of a workflow that return a pinned result in runs that are started from its page."""
        return _told((await self.api.get("workflows", workflow, "pins"))["pins"])

    async def pin_result(self, workflow: str, step: str, result: Any) -> str:
        """Have a step return this in every run that is started from the workflow's page, until it is unpinned."""
        body = {"step": step, "result": result}
        return _told((await self.api.post("workflows", workflow, "pins", body=body))["pins"])

    async def unpin_result(self, workflow: str, step: str) -> str:
        """Have a step be called again that was pinned."""
        return _told((await self.api.delete("workflows", workflow, "pins", step=step))["pins"])

    async def compare_runs(self, a: str, b: str) -> str:
        """Compare two runs: the first step that differs, values as operations of JSON Patch, and code that differs."""
        found = await self.api.get("compare", a=a, b=b)
        steps = [one for one in found["steps"] if _differs(one)]
        kept = {key: found[key] for key in ("first", "input", "result", "sources")} | {"steps": steps}
        return _told(kept)

    async def list_scenarios(self, workflow: str) -> str:
        """List a workflow's scenarios, tests that were made of runs, with the last verdict on each."""
        found = await self.api.get("workflows", workflow, "scenarios")
        return "\n".join(f"{one['name']}: {one['status']} ({one['file']})" for one in found["scenarios"]) or "none"

    async def save_scenario(self, run: str, name: str) -> str:
        """Save a run as a scenario, a file of the project that holds what it was given and what came of it."""
        workflow = await self._workflow_of(run)
        found = await self.api.post("workflows", workflow, "scenarios", body={"name": name}, fromRun=run)
        return f"saved as {found['file']}"

    async def run_scenarios(self, workflow: str, names: list[str] | None = None) -> str:
        """Play a workflow's scenarios, all or those named, and tell the difference of those that failed."""
        found = await self.api.post("workflows", workflow, "scenarios", "run", body={"names": names or []})
        return "\n\n".join(map(_verdict, found["verdicts"])) or "there are no scenarios"

    async def what_is_broken(self) -> str:
        """Tell what is broken now: modules that do not import, scenarios that failed, and the last failed runs."""
        found = await self.api.get("problems")
        parts = [] if found["workers"] else ["no worker is connected, so nothing runs"]
        parts += [f"{one['module']}: {one['type']}: {one['message']}\n{one['traceback']}" for one in found["modules"]]
        parts += [
            f"scenario {one['workflowId']}::{one['name']}\n{_verdict(one['verdict'])}" for one in found["scenarios"]
        ]
        parts += [f"run {_line(one)}" for one in found["runs"]]
        return "\n\n".join(part.rstrip() for part in parts) or "nothing is broken"

    async def search_docs(self, words: str) -> str:
        """Find words in the documentation of Stepyard, and return the sections that have them."""
        return lookup.told(lookup.find(words))

    async def _go_on(self, run: str, way: str, body: dict[str, Any], wait: int) -> str:
        found = await self.api.post("workflows", await self._workflow_of(run), way, body=body, runId=run)
        return await self.wait_for_run(found["runId"], wait)

    async def _workflow_of(self, run: str) -> str:
        return str((await self.api.get("runs", run))["workflowId"])


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _described(path: str, step: dict[str, Any]) -> str:
    schemas = [f"    {name}: {step[name]}" for name in ("inputSchema", "outputSchema", "resumeSchema") if name in step]
    return "\n".join([f"  {path}: {step['description']}".rstrip(": "), *schemas])


def _line(run: dict[str, Any]) -> str:
    error = f"  {run['error']}" if run["error"] else ""
    return f"{run['runId']}  {run['workflowId']}  {run['status']}  {run['createdAt']}{error}"


def _differs(pair: dict[str, Any]) -> bool:
    two = (pair["status"], pair["error"], pair["source"])
    return bool(pair["input"] or pair["output"]) or any(one != other for one, other in two)


def _verdict(verdict: dict[str, Any]) -> str:
    head = f"{verdict['name']}: {'passed' if verdict['passed'] else 'failed'}"
    return "\n".join([head, *(verdict[key] for key in ("problem", "difference", "error") if verdict[key])])
