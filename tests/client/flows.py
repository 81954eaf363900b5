"""The workflows that the client plays with."""

import asyncio

from pydantic import BaseModel, Field

from engine import Context, create_workflow, step


class Order(BaseModel):
    """Input of most of them."""

    name: str = Field(min_length=1)
    amount: int = 1


class Approval(BaseModel):
    """What a person answers."""

    approved: bool


@step
async def price(data: Order, ctx: Context) -> int:
    """Say how far it is."""
    ctx.write({"priced": data.name})
    ctx.progress(0.5, "half")
    return data.amount * 10


@step(resume_schema=Approval)
async def ask(data: int, ctx: Context) -> int:
    """Ask a person."""
    answer: Approval = ctx.suspend({"question": f"Pay {data}?"})
    return data if answer.approved else 0


@step
async def double(data: int) -> int:
    """Compute."""
    return data * 2


@step
async def linger(data: int, ctx: Context) -> int:
    """Take long the first time."""
    if ctx.attempt == 1:
        await asyncio.sleep(60)
    return data


@step
async def fail(data: int) -> int:
    """Fail."""
    raise ValueError("Out of stock")


packing = create_workflow(id="packing", input_schema=int, output_schema=int).then(double).sleep(0.05).commit()
shop = create_workflow(id="shop", input_schema=Order, output_schema=int).then(price).then(ask).then(double).commit()
parcel = create_workflow(id="parcel", input_schema=Order, output_schema=int).then(price).then(packing).commit()
slow = create_workflow(id="slow", input_schema=int, output_schema=int).then(linger).then(double).commit()
broken = create_workflow(id="broken", input_schema=int, output_schema=int).then(double).then(fail).commit()
every = create_workflow(id="every", input_schema=list[int], output_schema=list[int]).foreach(ask).commit()
