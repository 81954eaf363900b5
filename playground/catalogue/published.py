"""What a worker publishes of the user's code, as values that need no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

Graph = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEntry:
    """A version of a workflow, as a worker published it."""

    workflow_id: str
    digest: str
    graph: Graph
    """The tree with all schemas; see `engine.tree.graph`."""
    description: str = ""
    module: str = ""
    """The module or file that it was found in, as the command named it."""
    file: str | None = None
    line: int | None = None
    current: bool = True
    """False for a version that the code no longer holds."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """The sources of its steps by their written paths, to be published; what is read of the catalogue has none."""

    @property
    def input_schema(self) -> Any:
        """Return the JSON Schema of the input."""
        return self.graph["input_schema"]

    @property
    def output_schema(self) -> Any:
        """Return the JSON Schema of the result."""
        return self.graph["output_schema"]

    @property
    def importable(self) -> str:
        """Return the name by which the module is imported: of a file elsewhere, that of the file in its packages."""
        path = Path(self.module)
        if path.suffix != ".py":
            return self.module
        if not path.is_absolute() and ".." not in path.parts:
            return ".".join(path.with_suffix("").parts)
        # Named relatively, it is seen from the folder of the command; the file is known as a whole where it defines.
        file = Path(self.file) if self.file is not None and Path(self.file).name == path.name else path
        packages = [folder.name for folder in takewhile(lambda at: (at / "__init__.py").is_file(), file.parents)]
        return ".".join([*reversed(packages), path.stem])
