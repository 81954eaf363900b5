"""The methods of the lab's newer paths, as the API's description tells of them."""

from playground.api.components import PINS, STEP_RUN, ref
from playground.api.operations import ONE, Operation
from playground.api.request_bodies import OF_STEP, PIN, RUN_ID, RUN_STEP, WAKE

LAB = (
    Operation(path=f"{ONE}/pins", summary="The results that steps return in every run from the page.", answer=PINS),
    Operation(
        path=f"{ONE}/pins",
        method="post",
        summary="Have a step return this result in every run from the page.",
        body=PIN,
        answer=PINS,
    ),
    Operation(
        path=f"{ONE}/pins",
        method="delete",
        summary="Have a step be called again in runs from the page.",
        query=OF_STEP,
        answer=PINS,
    ),
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
