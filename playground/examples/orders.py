"""An order: checks in parallel, a flaky payment that is retried, a nested workflow for shipping, and shared state."""

import asyncio
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from engine import Context, Retry, create_workflow, from_init, from_state, from_step, step, template

PRICES = {"DESK-1": Decimal("349.00"), "LAMP-2": Decimal("39.50"), "CHAIR-4": Decimal("129.90")}
STOCK = {"DESK-1": 4, "LAMP-2": 12, "CHAIR-4": 0}


class Line(BaseModel):
    """One article of an order."""

    sku: Literal["DESK-1", "LAMP-2", "CHAIR-4"] = Field(title="Article")
    quantity: int = Field(default=1, ge=1, le=20)


class Address(BaseModel):
    """Where the parcel goes."""

    street: str = Field(min_length=1)
    city: str = Field(min_length=1)
    postcode: str = Field(pattern=r"^[0-9A-Za-z -]{3,10}$")
    country: str = Field(default="PT", pattern=r"^[A-Z]{2}$", description="Two letters.")


class Customer(BaseModel):
    """Who orders."""

    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", json_schema_extra={"format": "email"})
    address: Address


class Card(BaseModel):
    """Payment by card."""

    method: Literal["card"] = "card"
    last_four: str = Field(pattern=r"^\d{4}$")


class Invoice(BaseModel):
    """Payment by invoice."""

    method: Literal["invoice"] = "invoice"
    vat_number: str | None = None


class Order(BaseModel):
    """An order as the shop sends it."""

    customer: Customer
    lines: list[Line] = Field(min_length=1)
    payment: Annotated[Card | Invoice, Field(discriminator="method")]
    express: bool = False
    gift_note: str | None = Field(default=None, max_length=200)


class OrderState(BaseModel):
    """What the steps of one order share."""

    charged: Decimal = Decimal(0)
    carrier: str = "standard"


class Charge(BaseModel):
    """A payment that went through."""

    receipt: str
    amount: Decimal
    attempts: int


class Parcel(BaseModel):
    """What shipping is given."""

    recipient: str
    lines: list[Line]
    carrier: str


class Shipment(BaseModel):
    """What shipping gives."""

    tracking: str
    pieces: int


class Confirmation(BaseModel):
    """What the customer is told."""

    message: str
    receipt: str
    tracking: str
    charged: Decimal


class PaymentUnavailable(Exception):
    """The payment service does not answer at the moment."""


@step
async def price_order(order: Order) -> Decimal:
    """Add up what the order costs."""
    await asyncio.sleep(0.3)
    return sum((PRICES[line.sku] * line.quantity for line in order.lines), Decimal(0))


@step
async def check_stock(order: Order) -> list[str]:
    """List the articles that are not in stock."""
    await asyncio.sleep(0.5)
    return [line.sku for line in order.lines if STOCK[line.sku] < line.quantity]


@step
def check_address(order: Order) -> bool:
    """Look whether the carrier delivers there; a plain function runs in a thread, and what it prints is kept."""
    address = order.customer.address
    print(f"asking the carrier about {address.postcode} {address.city}")
    return address.country not in {"AQ", "XX"}


@step
async def choose_carrier(order: Order, ctx: Context) -> str:
    """Pick the carrier and remember it for the steps to come."""
    await asyncio.sleep(0.2)
    ctx.set_state(carrier="express" if order.express else "standard")
    return str(ctx.state.carrier)


@step
async def accept(checks: dict[str, Any], ctx: Context) -> Decimal:
    """Go on with the price if all checks are good; else end the run here."""
    if checks["check_stock"]:
        ctx.bail({"rejected": "out of stock", "articles": checks["check_stock"]})
    if not checks["check_address"]:
        ctx.bail({"rejected": "no carrier delivers there"})
    return Decimal(checks["price_order"])


@step(retry=Retry(attempts=4, delay=0.4, backoff=2, on=(PaymentUnavailable,)))
async def charge_payment(price: Decimal, ctx: Context) -> Charge:
    """Charge the customer; the service is down at the first attempt, always."""
    await asyncio.sleep(0.3)
    if ctx.attempt == 1:
        raise PaymentUnavailable("the payment service answered 503")
    ctx.set_state(charged=price)
    return Charge(receipt=f"R-{ctx.run_id[-6:]}", amount=price, attempts=ctx.attempt)


@step
async def pick_articles(parcel: Parcel, ctx: Context) -> Parcel:
    """Fetch the articles from their shelves."""
    for number, line in enumerate(parcel.lines, 1):
        await asyncio.sleep(0.2)
        ctx.progress(number / len(parcel.lines), f"{line.quantity} x {line.sku}")
    return parcel


@step
async def print_label(parcel: Parcel, ctx: Context) -> Shipment:
    """Print the label and hand the parcel over."""
    await asyncio.sleep(0.3)
    pieces = sum(line.quantity for line in parcel.lines)
    return Shipment(tracking=f"{parcel.carrier[:3].upper()}-{ctx.run_id[-6:]}", pieces=pieces)


shipping = (
    create_workflow(id="shipping", input_schema=Parcel, output_schema=Shipment, description="Picks, packs, labels.")
    .then(pick_articles)
    .then(print_label)
    .commit()
)

order_fulfilment = (
    create_workflow(
        id="orders",
        input_schema=Order,
        output_schema=Confirmation,
        state_schema=OrderState,
        description="Checks an order, charges for it (the first attempt fails, on purpose) and ships it.",
    )
    .parallel([price_order, check_stock, check_address, choose_carrier], id="checks")
    .then(accept)
    .then(charge_payment)
    .map(
        {
            "recipient": from_init("customer.name"),
            "lines": from_init("lines"),
            "carrier": from_state("carrier"),
        },
        id="parcel",
    )
    .then(shipping)
    .map(
        {
            "message": template(
                "Thank you, {init.customer.name}: your order is on its way to {init.customer.address.city}."
            ),
            "receipt": from_step(charge_payment, "receipt"),
            "tracking": from_step(shipping, "tracking"),
            "charged": from_state("charged"),
        },
        id="confirmation",
    )
    .commit()
)
