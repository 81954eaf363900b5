"""A workflow with a question, an event, a timer and a retry, and scenarios of it, for the tests of scenarios."""

from typing import Any

from pydantic import BaseModel, SecretStr

from engine import Context, Retry, Workflow, create_workflow, step
from engine.scenarios.scenario import Answer, Scenario, Sent


class Order(BaseModel):
    """What is ordered."""

    article: str
    key: SecretStr = SecretStr("none")


class Consent(BaseModel):
    """What a person says."""

    approved: bool


@step(resume_schema=Consent)
def ask(order: Order, ctx: Context) -> Order:
    """Ask whether it may be bought."""
    answer = ctx.suspend({"question": f"Buy {order.article}?"}, timeout=86_400, default={"approved": False})
    if not answer.approved:
        raise ValueError("nobody wants it")
    return order


@step(retry=Retry(attempts=3, delay=60, jitter=30))
def buy(order: Order, ctx: Context) -> Order:
    """Buy it, which fails at first."""
    if ctx.attempt < 3:
        raise ConnectionError("the shop is closed")
    return order


@step
def thank(paid: dict[str, Any], ctx: Context) -> dict[str, Any]:
    """Say who paid, and when this was."""
    return {"by": paid["by"], "run": ctx.run_id}


def shop() -> Workflow[Any, Any]:
    """Return the workflow."""
    flow = create_workflow(id="shop", input_schema=Order, output_schema=None).then(ask).then(buy)
    return flow.sleep(3600).wait_for_event("paid", id="payment").then(thank).commit()


def scenario(**changes: Any) -> Scenario:
    """Return a scenario in which all goes well, with changes."""
    whole: dict[str, Any] = {
        "workflow": "shop",
        "name": "well",
        "input": {"article": "tea"},
        "answers": (Answer(step="ask", data={"approved": True}),),
        "events": (Sent(name="paid", payload={"by": "Ada"}),),
        "expect": {"status": "success", "result": {"by": "Ada", "run": "scenario-well"}},
    }
    return Scenario(**whole | changes)
