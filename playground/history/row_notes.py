"""What a row says of its step in one line."""

from engine.journal.step_state import StepState
from playground.history.step_history import StepHistory


def note_of(step: StepState, trace: StepHistory) -> str:
    """Return the line that says most about the step at this moment."""
    if step.error:
        message = str(step.error.get("message", ""))
        # What is wrong with a value stands beside the value.
        return message.partition("\n  ")[0] if "value" in step.error else message
    if step.undo is not None and step.undo.error is not None:
        said = "its undo failed, and is tried again" if step.undo.left else "could not be undone"
        return f"{said}: {step.undo.error.get('message', '')}"
    if step.retry_at and trace.attempts and trace.attempts[-1].error:
        return str(trace.attempts[-1].error.get("message", ""))
    if step.status == "suspended" and step.rejected is not None:
        return f"the answer was refused: {'; '.join(map(str, step.rejected.issues))}"
    if step.status == "running" and len(trace.attempts) > 1 and trace.attempts[-2].interrupted and not trace.message:
        return f"attempt {trace.attempts[-2].number} was interrupted: {trace.attempts[-2].interrupted}"
    if step.status == "running" and trace.message:
        return trace.message
    if step.status == "waiting" and step.event_name:
        return f"waits for the event {step.event_name}"
    return trace.woken if step.kind in ("sleep", "event") else ""
