"""The workflows whose runs can be executed in a process, by id, each with its digest."""

from collections.abc import Iterator

from engine.errors import UnknownWorkflow
from engine.tree.graph import digest_of
from engine.tree.nodes import Flow


class Flows:
    """Workflows by their ids."""

    def __init__(self) -> None:
        """Begin without any."""
        self._flows: dict[str, Flow] = {}
        self._digests: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._flows)

    def __getitem__(self, workflow_id: str) -> Flow:
        """Return a workflow by its id.

        Raises:
            UnknownWorkflow: it is not registered.
        """
        try:
            return self._flows[workflow_id]
        except KeyError:
            known = ", ".join(self._flows) or "none"
            raise UnknownWorkflow(f"no workflow has the id {workflow_id!r}. Registered: {known}") from None

    def get(self, workflow_id: str) -> Flow | None:
        """Return a workflow by its id; None when it is not registered."""
        return self._flows.get(workflow_id)

    def add(self, flow: Flow) -> None:
        """Make a workflow's runs executable here."""
        self._flows[flow.id] = flow
        self._digests[flow.id] = digest_of(flow)

    def digest(self, flow: Flow) -> str:
        """Return the digest of a registered workflow."""
        return self._digests[flow.id]
