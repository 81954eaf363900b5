"""The workflows with which `0001.sql` was made."""

from pydantic import BaseModel

from engine import Context, Retry, create_workflow, step


class Order(BaseModel):
    """What is ordered."""

    customer: str
    amounts: list[int]


@step
async def check(data: Order) -> list[int]:
    """Take the amounts."""
    return data.amounts


@step
async def charge(data: int, ctx: Context) -> int:
    """Charge one amount."""
    ctx.write({"charged": data})
    return data * 2


@step(retry=Retry(attempts=2))
async def book(data: list[int], ctx: Context) -> int:
    """Fail once."""
    if ctx.attempt == 1:
        raise RuntimeError("not yet")
    return sum(data)


@step(resume_schema=bool)
async def approve(data: int, ctx: Context) -> int:
    """Ask a person."""
    return data if ctx.suspend({"question": f"Book {data}?"}) else ctx.bail(0)


@step
async def explode(data: str) -> str:
    """Fail for good."""
    raise ValueError(f"cannot take {data}")


orders = (
    create_workflow(id="orders", input_schema=Order, output_schema=int, description="Orders of the first version.")
    .then(check)
    .foreach(charge, concurrency=2)
    .then(book)
    .branch([(lambda n: n > 0, approve)])
    .map(lambda arms: arms["approve"], id="take")
    .sleep(0.01)
    .commit()
)
failing = create_workflow(id="failing", input_schema=str, output_schema=str).then(explode).commit()
event = create_workflow(id="event", input_schema=str, output_schema=int).wait_for_event("go", schema=int).commit()
