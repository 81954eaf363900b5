"""The methods of the lab's newer paths, as the API's description tells of them."""

from playground.api.components import STEP_RUN, ref
from playground.api.operations import ONE, Operation
from playground.api.request_bodies import RUN_ID, RUN_STEP, WAKE

LAB = (
    Operation(
        path=f"{ONE}/wake",
        method="post",
        summary="End the time that a step waits for, as if it had come: a timer, a next attempt or a deadline.",
        query=RUN_ID,
        body=WAKE,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/run-step",
        method="post",
        summary="Run a step of a run alone, outside of the run, with the code as it is now; return what came of it.",
        query=RUN_ID,
        body=RUN_STEP,
        answer=STEP_RUN,
    ),
)
