"""Says whether a value fits, with the user's own validators: what a page asks before it records a request.

A question is ``{kind, workflow_id, …}``: ``start`` with ``input, state, request_context, rehearsal``; ``fork``;
``resume`` with ``run_id, path, data``; ``event`` with ``run_id, name, data`` and ``paths``: the waits that are meant.
The answer is ``{verdict: "fits", …}`` with the values as the schema writes them, ``{verdict: "refused", error,
message, issues}``, or ``{verdict: "unknown"}`` when the code is not at hand.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from engine.errors import InvalidEventPayload, InvalidInput, InvalidResumeData, InvalidValue, RequestError
from engine.failure import message_of
from engine.journal.answer_target import admit_answer
from engine.journal.changed_code import check_fit
from engine.journal.requests import Start
from engine.journal.waits import admit_event
from engine.rehearsal import Rehearsal
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.runs.start_input import fitted, permit
from engine.tree.nodes import Flow

Message = dict[str, Any]
Result = TypeVar("Result")

THREADS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="stepyard-check")
"""Values are checked beside the event loop: what a schema, a value or a validator takes long for stops nothing else."""

_REFUSALS: dict[str, type[RequestError]] = {
    "start": InvalidInput,
    "fork": InvalidInput,
    "resume": InvalidResumeData,
    "event": InvalidEventPayload,
}


async def judge(runtime: Runtime, question: Message) -> Message:
    """Return the answer to a question."""
    flow = runtime.flows.get(question["workflow_id"])
    if flow is None:
        return {"verdict": "unknown"}
    try:
        return {"verdict": "fits", **await _admit(runtime, flow, question)}
    except RequestError as error:
        return refusal(error)
    except Exception as error:  # A validator of the user's may raise anything.
        kind = _REFUSALS[question["kind"]]
        return refusal(kind(f"a validator raised {type(error).__name__}: {message_of(error)}"))


async def _admit(runtime: Runtime, flow: Flow, question: Message) -> Message:
    match question["kind"]:
        case "start":
            rehearsal = question["rehearsal"]
            wanted = Start(
                input=question["input"],
                state=question["state"],
                request_context=question["request_context"],
                rehearsal=None if rehearsal is None else Rehearsal.from_dict(rehearsal),
            )
            admitted = await _beside(lambda: fitted(flow, wanted))
            if admitted.rehearsal is None:
                await permit(flow, Run(runtime, flow))
            return {"input": admitted.input, "state": admitted.state} | admitted.ways()
        case "fork":
            await permit(flow, Run(runtime, flow))
            return {}
        case "resume":
            run = await runtime.state(question["run_id"])
            check_fit(flow, run)
            path = tuple(question["path"])
            step = run.find(path)
            own = None if step is None else step.answer_schema
            data = await _beside(lambda: admit_answer(flow, path, question["data"], own))
            runtime.keep(run)
            return {"data": data}
        case "event":
            run = await runtime.state(question["run_id"])
            check_fit(flow, run)
            asked = [tuple(path) for path in question["paths"]]
            event = await _beside(lambda: admit_event(flow, question["name"], question["data"], asked, others=False))
            runtime.keep(run)
            return {"data": event.payload, "takers": [list(taker) for taker in event.takers]}
        case kind:
            raise RequestError(f"there is no question of the kind {kind!r}")


async def _beside(check: Callable[[], Result]) -> Result:
    """Return what a check gives, in a thread of its own."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, check)


def refusal(error: RequestError) -> Message:
    """Return an error as an answer."""
    issues = error.issues if isinstance(error, InvalidValue) else ()
    return {
        "verdict": "refused",
        "error": type(error).__name__,
        "message": message_of(error).partition("\n  ")[0],
        "issues": [{"path": list(issue.path), "message": issue.message} for issue in issues],
    }
