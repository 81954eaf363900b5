"""Saving an input under a name and deleting it again, each with the way back."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from playground.catalogue import saved_inputs
from playground.catalogue.saved_inputs import SavedInput
from playground.display.toasts import Toast, done
from playground.forms import Json, dumps

SINCE = "saved-at"
"""The field that says when the input was saved that is to be replaced or deleted; empty when there was none."""
NEWER = "Somebody has saved another input under this name since, or deleted it: it is left as it is."


async def save(workflow_id: str, name: str, value: Json, *, since: str | None = None) -> tuple[SavedInput, Toast]:
    """Save an input; return it, and what is to be said of it.

    Args:
        workflow_id: the workflow.
        name: what the input is called.
        value: the input, without its secrets.
        since: when the one of that name was saved, as `SINCE` has it, if no other one is to be replaced.

    Raises:
        ValueError: the name is empty, or another one has it by now.
    """
    before = await saved_inputs.named(workflow_id, name)
    if since is not None and since != _saved_at(before):
        raise ValueError(NEWER)
    kept = await saved_inputs.save(workflow_id, name, value)
    if before is not None:
        toast = Toast(status="success", text="The input is saved, in place of the one of that name.")
        return kept, _undone_by_saving(toast, workflow_id, before, kept)
    undo, given = reverse("forget-input", args=[workflow_id, kept.saved_id]), {SINCE: _saved_at(kept)}
    return kept, Toast(status="success", text="The input is saved.", undo=undo, given=given)


@require_POST
async def forget_input(request: HttpRequest, workflow_id: str, saved_id: str) -> HttpResponse:
    """Delete a saved input; where the post says when it was saved, only if that still holds."""
    before = await saved_inputs.find(workflow_id, saved_id)
    if request.POST.get(SINCE, _saved_at(before)) != _saved_at(before):
        return done(reverse("workflow", args=[workflow_id]), Toast(status="warning", text=NEWER))
    await saved_inputs.delete(workflow_id, saved_id)
    toast = Toast(status="success", text="The saved input is deleted.")
    if before is not None:
        toast = _undone_by_saving(toast, workflow_id, before, None)
    return done(reverse("workflow", args=[workflow_id]), toast)


def _saved_at(saved: SavedInput | None) -> str:
    return "" if saved is None else saved.saved_at.isoformat()


def _undone_by_saving(toast: Toast, workflow_id: str, before: SavedInput, now: SavedInput | None) -> Toast:
    given = {"f:tab": "json", "f": dumps(before.value), "saved-name": before.name, SINCE: _saved_at(now)}
    return replace(toast, undo=reverse("save-input", args=[workflow_id]), given=given)
