"""The workflows whose journals are kept; change them only together with a new format."""

from typing import Any

from engine import Context, Retry, clone_step, create_step, create_workflow, sequence, step
from engine.errors import SuspendTimeout


@step(retry=Retry(attempts=3, delay=60))
async def fetch(data: dict[str, Any], ctx: Context) -> list[int]:
    """Fail, then give the numbers."""
    ctx.logger.info("fetching %s", data["what"])
    if ctx.attempt < 3:
        raise ConnectionError("no answer")
    ctx.progress(0.5, "half")
    ctx.write({"row": 1})
    return list(range(int(data["count"])))


@step
async def add_one(data: int, ctx: Context) -> int:
    """Add one, and count it in the state."""
    ctx.set_state(last=data)
    return data + 1


@step(resume_schema=int)
async def ask(data: int, ctx: Context) -> int:
    """Ask twice."""
    return data + int(ctx.suspend({"about": data}, label="first")) + int(ctx.suspend(label="second"))


@step
async def stop(data: Any, ctx: Context) -> Any:
    """End the nested workflow early."""
    ctx.bail({"stopped": data})


@step
async def fail(data: Any) -> Any:
    """Fail with a cause."""
    raise ValueError("cannot go on") from KeyError("missing")


items = create_workflow(id="items", input_schema=list[int], output_schema=list[int]).foreach(
    sequence(add_one, create_step(id="double", execute=lambda data: 2 * data, input_schema=int, output_schema=int)),
    concurrency=2,
)
early = create_workflow(id="early", input_schema=None, output_schema=None).then(stop).then(fail)
count = create_step(id="count", execute=lambda data: data + 1, input_schema=int, output_schema=int)

whole = (
    create_workflow(id="whole", input_schema=dict[str, Any], output_schema=None)
    .then(fetch)
    .then(items.commit())
    .map(lambda data: sum(data), id="sum")
    .branch([(lambda data: data > 0, ask), (lambda data: data < 0, fail)], id="sign")
    .map(lambda data: data["ask"], id="answer")
    .dowhile(count, lambda data, ctx: ctx.iteration < 3, id="again")
    .sleep(3600, id="nap")
    .wait_for_event("paid", id="payment")
    .then(early.commit())
    .commit()
)

failing = create_workflow(id="failing", input_schema=None, output_schema=None).parallel([ask, fail]).commit()

waiting = (
    create_workflow(id="waiting", input_schema=int, output_schema=None)
    .parallel([ask, create_workflow(id="later", input_schema=None, output_schema=None).sleep(3600).commit()])
    .commit()
)


async def ask_soon(data: Any, ctx: Context) -> Any:
    """Ask two questions with schemas of their own, of which nobody answers the first in time."""
    try:
        ctx.suspend("Who?", answer={"enum": ["Ada", "Bob"]}, timeout=60)
    except SuspendTimeout:
        return ctx.suspend("Really?", answer=bool, timeout=60, default=False)


hasty = (
    create_workflow(id="hasty", input_schema=None, output_schema=None)
    .then(create_step(id="ask", execute=ask_soon))
    .wait_for_event("signed", timeout=60, id="signature", otherwise=count)
    .commit()
)


async def take_back(data: Any, ctx: Context) -> None:
    """Fail at the first try."""
    if ctx.attempt == 1:
        raise RuntimeError("not yet")


booked = create_step(id="book", execute=count.function, undo=take_back, retry=Retry(attempts=2))

planned = (
    create_workflow(id="planned", input_schema=None, output_schema=None)
    .then(booked)
    .race([ask, clone_step(count, id="quick")])
    .attempt(clone_step(fail, id="risky"), otherwise=create_step(id="plan-b", execute=lambda failure: 0))
    .then(fail)
    .commit()
)


@step
async def read_file(data: int, ctx: Context) -> int:
    """Say which file it is."""
    ctx.label(f"file {data} of 2")
    return data


labeled = create_workflow(id="labeled", input_schema=None, output_schema=None).foreach(read_file).commit()

drowsy = create_workflow(id="drowsy", input_schema=None, output_schema=None).sleep(3600, id="nap").then(count).commit()

WORKFLOWS = [whole, failing, waiting, hasty, planned, labeled, drowsy]
