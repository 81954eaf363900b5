"""The exceptions of the engine, one tree, split by the moment at which they happen.

StepyardError
├── DefinitionError            while a workflow is built
│   ├── InvalidId
│   ├── DuplicateId
│   ├── InvalidSchema
│   ├── EmptyWorkflow
│   ├── NotCommitted
│   └── WiringError
├── RequestError               while a person or a program asks for something
│   ├── InvalidCall
│   ├── UnknownWorkflow
│   ├── UnknownRun
│   ├── UnknownStep
│   ├── UnknownSchedule
│   ├── InvalidInput
│   ├── InvalidResumeData
│   ├── InvalidEventPayload
│   ├── InvalidTag
│   ├── StartRefused
│   ├── RehearsalRefused
│   ├── RunAlreadyStarted
│   ├── RunExists
│   ├── NotSuspended
│   │   └── UnknownLabel
│   ├── NotPaused
│   ├── NotAsleep
│   ├── NotFailed
│   ├── AmbiguousResume
│   ├── AlreadyResumed
│   ├── RunFinished
│   ├── WorkflowChanged
│   └── NewerJournal
├── StepError                  while a step runs; recorded as the step's error
│   ├── InvalidStepInput
│   ├── InvalidOutput
│   ├── NotSerializable
│   ├── InvalidSuspendPayload
│   ├── InvalidState
│   ├── StepNotRun
│   ├── ConditionFailed
│   ├── MappingFailed
│   ├── NotAList
│   ├── IterationLimit
│   ├── StepTimeout
│   ├── InvalidDefault
│   ├── EventTimeout
│   ├── SuspendTimeout
│   ├── StepCancelled
│   ├── Fail
│   └── WorkerLost
└── StoreError                 while the journal is written
    ├── StaleEpoch
    └── Conflict
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.paths import Path, format_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong in a value: where it is and what was expected."""

    path: Path
    message: str

    def __str__(self) -> str:
        """Return the issue as a line of text, the place first; what is wrong with the whole value stands alone."""
        return f"{format_path(self.path)}: {self.message}" if self.path else self.message


class StepyardError(Exception):
    """Something went wrong in Stepyard. See the class that derives from this one for what to do."""

    def __init__(self, message: str | None = None) -> None:
        """Take the message, or else the docstring of the class."""
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class InvalidValue(StepyardError):
    """A value does not fit its schema. Each issue names the place and what is expected there."""

    def __init__(self, message: str | None = None, issues: Sequence[Issue] = ()) -> None:
        """Take the sentence that introduces the issues, and the issues."""
        self.issues: tuple[Issue, ...] = tuple(issues)
        self.refused: dict[str, Any] | None = None
        lines = [message or inspect.cleandoc(type(self).__doc__ or "")]
        super().__init__("\n".join(lines + [f"  {issue}" for issue in self.issues]))


class DefinitionError(StepyardError):
    """This workflow cannot be built as written. Mend its definition where the traceback points."""


class InvalidId(DefinitionError):
    """An id must match [A-Za-z0-9][A-Za-z0-9_-]*. Give the step or workflow another id."""


class DuplicateId(DefinitionError):
    """Two steps of one workflow have the same id. Use clone_step(step, id=...) for the second one."""


class InvalidSchema(DefinitionError):
    """This is no schema. Give a type that pydantic knows, a JSON Schema dict, or None for any JSON value."""


class EmptyWorkflow(DefinitionError):
    """A workflow needs at least one step. Add one with .then(step) before .commit()."""


class NotCommitted(DefinitionError):
    """This workflow was not committed. Call .commit() at the end of its definition."""


class WiringError(DefinitionError):
    """A step can never take what the one before gives. Change one of the two, or put .map(...) between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument that the message of an error speaks of, as Python writes it; see `RequestError.told`."""

    name: str
    value: str | None = None

    def __str__(self) -> str:
        """Return it as in a call."""
        return self.name if self.value is None else f'{self.name}="{self.value}"'


class RequestError(StepyardError):
    """The request cannot be carried out; nothing was changed. Mend it and ask again."""

    def __init__(self, message: str | None = None, *, argument: Argument | None = None) -> None:
        """Take the message, and the argument that it speaks of, written in it as Python writes it."""
        super().__init__(message)
        self.argument = argument

    def told(self, write: Callable[[Argument], str]) -> str:
        """Return the message with its argument as a command line, or a request over HTTP, writes it."""
        text = str(self)
        return text if self.argument is None else text.replace(str(self.argument), write(self.argument))


class InvalidCall(RequestError):
    """The arguments of this call do not fit. Call it as the message shows."""


class UnknownWorkflow(RequestError):
    """No workflow has this id. Register it: Engine(workflows=[...])."""


class UnknownRun(RequestError):
    """No run has this id. Start it first, or take an id that engine.runs() lists."""


class UnknownStep(RequestError):
    """No step has this id or path in the workflow. Take one from its graph, or from result.suspended."""


class UnknownSchedule(RequestError):
    """The workflow has no schedule with this id. Take one from its graph, or from the list of schedules."""


class InvalidInput(InvalidValue, RequestError):
    """The input does not fit the workflow's input schema; no run was started. Mend it and start again."""


class InvalidResumeData(InvalidValue, RequestError):
    """The answer does not fit the step's resume schema; the run is still suspended. Mend it and answer again."""


class InvalidEventPayload(InvalidValue, RequestError):
    """The payload does not fit the event's schema; nothing was sent. Mend it and send it again."""


class InvalidTag(RequestError):
    """A run's name or tags cannot be like that. Give texts that are short, and tags without a comma."""


class StartRefused(RequestError):
    """The workflow's on_start hook refused the start; no run was made. See its cause, and start again then."""


class RehearsalRefused(RequestError):
    """Nothing is rehearsed here; no run was made. Start it without a rehearsal, or in a development playground."""


class RunAlreadyStarted(RequestError):
    """The run was started before. Create another run with workflow.create_run()."""


class RunExists(RequestError):
    """A run with this id exists already. Choose another run_id or leave it out."""

    @classmethod
    def of(cls, run_id: str) -> "RunExists":
        """Return the error for an id that is taken."""
        name = Argument(name="run_id")
        return cls(f"a run with id {run_id!r} exists already: choose another {name} or leave it out", argument=name)


class NotSuspended(RequestError):
    """The step or run is not suspended: there is nothing to resume. See result.suspended for what is."""


class UnknownLabel(NotSuspended):
    """No step of the run has suspended under this label. Take one of those that result.steps shows."""


class NotPaused(RequestError):
    """The run or the step is not paused: there is nothing to go on with. See result.paused for what is."""


class NotAsleep(RequestError):
    """The run or the step waits for no timer, no next attempt and no deadline. See its page for what it waits for."""


class NotFailed(RequestError):
    """The run has not failed, so there is nothing to try again. Fork it from the step that is to run again."""


class AmbiguousResume(RequestError):
    """Several steps are suspended or paused. Say which one is meant by its path, as step="inner.ask"."""


class AlreadyResumed(RequestError):
    """This suspension was answered before; the first answer stands. Fork the run to answer otherwise."""


class RunFinished(RequestError):
    """The run has ended and stays as it is. Start another one, or fork it."""


class WorkflowChanged(RequestError):
    """The workflow's code changed and recorded steps no longer fit it. Fork the run instead."""


class NewerJournal(RequestError):
    """The run was recorded by a newer version of Stepyard, in words that this one does not know. Upgrade to go on."""


class StepError(StepyardError):
    """A step failed. Mend what its message names, and fork the run from this step."""


class InvalidStepInput(InvalidValue, StepError):
    """What the step received does not fit its input schema. Change the schema, or what comes before it."""


class InvalidOutput(InvalidValue, StepError):
    """What the step returned does not fit its output schema. Change the schema, or what is returned."""


class NotSerializable(StepError):
    """A value cannot become JSON. Declare its type in a schema, or use one that JSON has."""

    def __init__(self, message: str | None = None, *, path: Path = (), why: str = "") -> None:
        """Take the message, or the place in the value and what is wrong there."""
        self.path: Path = path
        self.why: str = why
        super().__init__(message if not why else f"{format_path(('output', *path))}: {why}")

    def called(self, name: str, by: str = "") -> "NotSerializable":
        """Return the same error for a value that is known better.

        Args:
            name: what the value is: ``payload``.
            by: where it comes from: ``returned by step 'fetch'``.
        """
        origin = f" ({by})" if by else ""
        return NotSerializable(f"{format_path((name, *self.path))}: {self.why or self}{origin}")


class InvalidSuspendPayload(InvalidValue, StepError):
    """The payload of suspend() does not fit the step's suspend schema. Change the schema or the payload."""


class InvalidDefault(InvalidValue, StepError):
    """The default of suspend() does not fit the schema of its answer. Change the schema or the default."""


class InvalidState(InvalidValue, StepError):
    """The changed state does not fit the state schema; nothing was changed. Change the schema, or what is set."""


class StepNotRun(StepError):
    """The step has no output: it has not run or did not succeed. Give ctx.result(...) a default."""


class ConditionFailed(StepError):
    """A condition raised an error. Mend the condition, which the message names, and fork the run."""


class MappingFailed(StepError):
    """A mapping found no value at its path. Correct the path, or map with a function that can do without."""


class NotAList(StepError):
    """foreach needs a list as its input. Put .map(...) before it to make one."""


class IterationLimit(StepError):
    """The loop passed its max_iterations. Raise the limit, or mend the condition that should have ended it."""


class StepTimeout(StepError):
    """The step took longer than its timeout. Raise the timeout, or give the step a Retry."""

    def __init__(self, message: str | None = None, *, final: bool = False) -> None:
        """Take the message, and whether the time for all attempts is over, so that no other one follows."""
        self.final: bool = final
        super().__init__(message)


class EventTimeout(StepError):
    """The awaited event did not come in time. Raise the timeout, or send the event sooner."""


class SuspendTimeout(StepError):
    """Nobody has answered in time. Give suspend() a default or a later deadline, or catch this in the step."""


class StepCancelled(StepError):
    """The run was cancelled while the step ran. Let this pass: what the step still does is not recorded."""


class Fail(StepError):
    """The step gave up for good: it is not tried again, whatever its Retry says. Mend the cause and fork the run."""


class WorkerLost(StepError):
    """The worker process died three times while this step ran. Mend the step, and fork the run from it."""


class StoreError(StepyardError):
    """The journal refused a write. Read the run again to see what has become of it."""


class StaleEpoch(StoreError):
    """Another worker has claimed this run since; this one stops. Let the other one go on with it."""


class Conflict(StoreError):
    """The journal has moved on since it was read. Read the new events and try again."""
