"""Lists the workflows."""

from collections.abc import Iterable
from typing import Any

from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.problems import complaints
from playground.commandline.exit_codes import Exit
from playground.commandline.output import table
from playground.commandline.runs_command import Options, RunsCommand
from playground.graph.tree import read_tree
from playground.runs import lists


class Command(RunsCommand):
    """List workflows."""

    help = "List the workflows that the playground's workers imported last. No code is imported."

    async def work(self, options: Options) -> Exit:
        """Read the catalogue, and name what did not import."""
        entries = await catalogue.workflows()
        counts = await lists.counts()
        found = [_as_json(entry, dict(counts.get(entry.workflow_id, {}))) for entry in entries]
        self.give(found, self._text(found))
        for complaint in complaints(await catalogue.import_errors()):
            self.say(f"{complaint}.")
        return Exit.DONE

    def _text(self, found: Iterable[dict[str, Any]]) -> str:
        rows = [
            (one["id"], str(len(one["steps"])), _counted(one["runs"]), _place(one), one["description"]) for one in found
        ]
        if not rows:
            return f"No workflow is known here yet. Serve or check some: {self.command('dev')} my_flows.py"
        return table(("WORKFLOW", "STEPS", "RUNS", "MODULE", "DESCRIPTION"), rows, self.width)


def _as_json(entry: WorkflowEntry, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": entry.workflow_id,
        "description": entry.description,
        "module": entry.module,
        "file": entry.file,
        "line": entry.line,
        "digest": entry.digest,
        "steps": [node.name for node in read_tree(entry.graph).walk()],
        "inputSchema": entry.input_schema,
        "outputSchema": entry.output_schema,
        "runs": counts,
    }


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in counts.items()) or "none"


def _place(one: dict[str, Any]) -> str:
    return f"{one['module']}:{one['line']}" if one["line"] else str(one["module"])
