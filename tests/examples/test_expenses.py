"""The expense claim and its approvers."""

from typing import Any

from engine.testing import run_to_end
from playground.examples import expense_approval

YES = {"approved": True}


def claim(amount: str, **more: Any) -> dict[str, Any]:
    """Return a claim with one receipt."""
    item = {"what": "a desk", "amount": amount, "category": "equipment"}
    return {"employee": "Ada", "spent_on": "2026-06-01", "project": "OPS-17", "items": [item], **more}


async def test_a_small_claim_needs_the_manager_only() -> None:
    """Up to the limit one answer is enough."""
    result = await run_to_end(expense_approval, claim("80.50"), answers={"manager_approval": YES})
    assert result.status == "success"
    assert result.result["amount"] == "80.50"
    assert result.result["approved_by"] == ["manager"]


async def test_a_large_claim_needs_the_director_too() -> None:
    """Above the limit the director is shown what the manager approved."""
    answers = {"manager_approval": YES, "director_approval": {"approved": True, "amount": "1100"}}
    result = await run_to_end(expense_approval, claim("1200"), answers=answers)
    asked = result.steps["director_approval"].suspend_payload
    assert asked["question"] == "The manager agrees to 1200 EUR for Ada. Do you?"
    assert result.result["amount"] == "1100"
    assert result.result["approved_by"] == ["manager", "director"]


async def test_the_manager_may_approve_less() -> None:
    """The approved amount, not the claimed one, is held against the limit and paid."""
    answers = {"manager_approval": {"approved": True, "amount": "900"}}
    result = await run_to_end(expense_approval, claim("1200"), answers=answers)
    assert result.result["amount"] == "900"
    assert "director_approval" not in result.steps


async def test_a_refusal_ends_the_run() -> None:
    """A refused claim is a success with its own result, and nothing is paid."""
    answers = {"manager_approval": {"approved": False, "note": "no receipt"}}
    result = await run_to_end(expense_approval, claim("80"), answers=answers)
    assert result.status == "success"
    assert result.result == {"rejected_by": "manager", "note": "no receipt"}
    assert "pay_out" not in result.steps


async def test_without_an_answer_it_waits_with_its_remarks() -> None:
    """The manager sees what the policy found."""
    result = await run_to_end(expense_approval, claim("80", project=None))
    assert result.suspended == [["manager_approval"]]
    assert result.steps["manager_approval"].suspend_payload == {
        "question": "Pay 80 EUR to Ada?",
        "total": "80",
        "remarks": ["no project given"],
    }
