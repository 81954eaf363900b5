"""The order, its checks, its payment and its shipping."""

from typing import Any

from engine.testing import run_to_end
from playground.examples import order_fulfilment


def order(sku: str, **more: Any) -> dict[str, Any]:
    """Return an order of two articles."""
    address = {"street": "Rua do Almada 1", "city": "Porto", "postcode": "4050-030"}
    return {
        "customer": {"name": "Ada", "email": "ada@example.org", "address": address},
        "lines": [{"sku": sku}, {"sku": "LAMP-2", "quantity": 2}],
        "payment": {"method": "card", "last_four": "4242"},
        **more,
    }


async def test_an_order_is_charged_at_the_second_attempt_and_shipped() -> None:
    """The payment fails once and is tried again; shipping runs as a workflow inside."""
    result = await run_to_end(order_fulfilment, order("DESK-1", express=True))
    assert result.status == "success"
    assert result.steps["charge_payment"].attempts == 2
    assert result.steps["shipping.print_label"].output["pieces"] == 3
    assert result.result["message"] == "Thank you, Ada: your order is on its way to Porto."
    assert result.result["charged"] == "428.00"
    assert result.result["tracking"].startswith("EXP-")


async def test_the_steps_share_a_state() -> None:
    """What the carrier check and the payment set is the run's state at the end."""
    result = await run_to_end(order_fulfilment, order("DESK-1"))
    assert result.state == {"charged": "428.00", "carrier": "standard"}


async def test_an_order_that_is_out_of_stock_is_not_charged() -> None:
    """A failed check ends the run early with a result that says why."""
    result = await run_to_end(order_fulfilment, order("CHAIR-4"))
    assert result.status == "success"
    assert result.result == {"rejected": "out of stock", "articles": ["CHAIR-4"]}
    assert "charge_payment" not in result.steps
