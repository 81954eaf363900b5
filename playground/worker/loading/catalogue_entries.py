"""Workflows as the catalogue keeps them: as JSON, checked while it is still known whose they are."""

import json
from typing import Any, NoReturn

from engine.building.workflow import Workflow
from engine.errors import DefinitionError
from engine.values.jsontext import to_text
from playground.catalogue.published import WorkflowEntry
from playground.worker.loading.step_sources import sources_of


def entry_of(workflow: Workflow[Any, Any], module: str) -> WorkflowEntry:
    """Return a workflow as the catalogue keeps it.

    Args:
        workflow: the workflow.
        module: the module that holds it, as the command named it.

    Raises:
        DefinitionError: something in it cannot be published; whatever else its parts raise.
    """
    flow = workflow.flow
    if not isinstance(flow.description, str):
        raise DefinitionError(f"The description of workflow {flow.id!r} is {flow.description!r}. Expected text.")
    return WorkflowEntry(
        workflow_id=flow.id,
        digest=workflow.digest,
        graph=_as_json(workflow),
        description=flow.description,
        module=module,
        file=flow.file,
        line=flow.line,
        sources=sources_of(flow),
    )


def _as_json(workflow: Workflow[Any, Any]) -> dict[str, Any]:
    """Return the graph as any reader of JSON gets it."""
    try:
        graph: dict[str, Any] = json.loads(to_text(workflow.graph), parse_constant=_no_json)
    except (TypeError, ValueError, RecursionError) as error:
        raise DefinitionError(
            f"Workflow {workflow.id!r} cannot be shown as JSON: {error}. Look into its schemas, their defaults and "
            "examples, and its metadata."
        ) from error
    return graph


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"it holds {constant}, which JSON does not have")
