"""The ways in which a run may be executed: pausing before some steps, and pretending of others."""

from typing import Any

from django.conf import settings

from engine.journal.answer_target import Places
from engine.journal.breakpoints import named_breakpoints, named_rehearsal
from engine.journal.requests import Start
from engine.rehearsal import Rehearsal, check_rehearsal
from playground.catalogue.catalogue import WorkflowEntry
from playground.graph.tree import read_tree


def ways_of(entry: WorkflowEntry, breakpoints: Any, rehearsal: Rehearsal | None) -> Start:
    """Return a start that only says how a run is executed, with the whole paths of the steps that are named.

    Args:
        entry: the workflow.
        breakpoints: paths or ids of steps, or ``"all"``; None for none.
        rehearsal: what the run is to pretend.

    Raises:
        UnknownStep: the workflow has no such step.
        RehearsalRefused: nothing is rehearsed here.
    """
    check_rehearsal(rehearsal, production=settings.PRODUCTION, can_die=True)
    places = places_in(entry)
    return Start(
        input=None,
        breakpoints=named_breakpoints(places, breakpoints),
        rehearsal=None if rehearsal is None else named_rehearsal(places, rehearsal),
    )


def places_in(entry: WorkflowEntry) -> Places:
    """Return where the steps of a workflow stand."""
    return Places(workflow_id=entry.workflow_id, paths=read_tree(entry.graph).paths())
