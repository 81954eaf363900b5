"""Saving an input under a name and deleting it again, each with the way back."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from playground.catalogue import saved_inputs
from playground.catalogue.saved_inputs import SavedInput
from playground.display.toasts import Toast, done
from playground.forms import Json, dumps


async def save(workflow_id: str, name: str, value: Json) -> tuple[SavedInput, Toast]:
    """Save an input; return it, and what is to be said of it.

    Raises:
        ValueError: the name is empty.
    """
    before = await saved_inputs.named(workflow_id, name)
    kept = await saved_inputs.save(workflow_id, name, value)
    if before is not None:
        toast = Toast(status="success", text="The input is saved, in place of the one of that name.")
        return kept, _undone_by_saving(toast, workflow_id, before)
    undo = reverse("forget-input", args=[workflow_id, kept.saved_id])
    return kept, Toast(status="success", text="The input is saved.", undo=undo)


@require_POST
async def forget_input(request: HttpRequest, workflow_id: str, saved_id: str) -> HttpResponse:
    """Delete a saved input."""
    before = await saved_inputs.find(workflow_id, saved_id)
    await saved_inputs.delete(workflow_id, saved_id)
    toast = Toast(status="success", text="The saved input is deleted.")
    if before is not None:
        toast = _undone_by_saving(toast, workflow_id, before)
    return done(reverse("workflow", args=[workflow_id]), toast)


def _undone_by_saving(toast: Toast, workflow_id: str, before: SavedInput) -> Toast:
    given = {"f:tab": "json", "f": dumps(before.value), "saved-name": before.name}
    return replace(toast, undo=reverse("save-input", args=[workflow_id]), given=given)
