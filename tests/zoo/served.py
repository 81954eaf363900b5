"""Some of the zoo as a playground is given them: each asks about its value, and gives the answer back."""

from typing import Any

from engine import Context, Engine, Workflow, create_step, create_workflow
from tests.zoo.chosen import CHOSEN


def _ask(data: Any, ctx: Context) -> Any:
    return ctx.suspend(data)


def _workflow(id: str, spec: Any) -> Workflow[Any, Any]:
    schemas: dict[str, Any] = {"input_schema": spec, "output_schema": spec}
    ask = create_step(id="ask", execute=_ask, **schemas, resume_schema=spec)
    return create_workflow(id=id, **schemas).then(ask).commit()


app = Engine([_workflow(id, spec) for id, (spec, _) in CHOSEN.items()])
