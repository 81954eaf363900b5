"""An expense claim with people in the loop: a manager answers, a director too above a limit, and either may refuse."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from engine import Context, create_workflow, step

LIMIT = Decimal(1000)
"""Above this, a director has to agree as well."""

Money = Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=2)]


class Item(BaseModel):
    """One receipt."""

    what: str = Field(min_length=1, max_length=80)
    amount: Money
    category: Literal["travel", "meals", "equipment", "other"] = "other"


class Claim(BaseModel):
    """What an employee hands in."""

    employee: str = Field(min_length=1, examples=["Ada Byron"])
    spent_on: date = Field(title="Date", description="When the money was spent.")
    currency: Literal["EUR", "GBP", "USD"] = "EUR"
    items: list[Item] = Field(min_length=1, description="One entry for each receipt.")
    project: str | None = Field(default=None, pattern=r"^[A-Z]{2,4}-\d+$", description="Such as OPS-17.")


class CheckedClaim(BaseModel):
    """The claim with its sum, and what a manager should look at."""

    total: Decimal
    remarks: list[str]


class Question(BaseModel):
    """What an approver is shown."""

    question: str
    total: Decimal
    remarks: list[str]


class Approval(BaseModel):
    """What an approver answers."""

    approved: bool
    amount: Money | None = Field(default=None, description="Leave unset to approve the whole amount.")
    note: str = Field(default="", max_length=500)


class ApprovedClaim(BaseModel):
    """What will be paid, and who said so."""

    amount: Decimal
    approved_by: list[str]


class Payment(BaseModel):
    """The end of a claim that was approved."""

    reference: str
    amount: Decimal
    currency: str
    approved_by: list[str]


@step
async def check_policy(claim: Claim) -> CheckedClaim:
    """Add the receipts up and note what stands out."""
    await asyncio.sleep(0.3)
    total = sum((item.amount for item in claim.items), Decimal(0))
    remarks = [f"{item.what}: meals above 80" for item in claim.items if item.category == "meals" and item.amount > 80]
    if claim.project is None:
        remarks.append("no project given")
    return CheckedClaim(total=total, remarks=remarks)


@step(suspend_schema=Question, resume_schema=Approval)
def manager_approval(checked: CheckedClaim, ctx: Context) -> ApprovedClaim:
    """Ask the manager; a refusal ends the run."""
    claim: Claim = ctx.init_data
    question = f"Pay {checked.total} {claim.currency} to {claim.employee}?"
    answer: Approval = ctx.suspend(Question(question=question, total=checked.total, remarks=checked.remarks))
    if not answer.approved:
        ctx.bail({"rejected_by": "manager", "note": answer.note})
    return ApprovedClaim(amount=answer.amount or checked.total, approved_by=["manager"])


def above_limit(approved: ApprovedClaim) -> bool:
    """Tell whether the amount needs a second signature."""
    return approved.amount > LIMIT


@step(suspend_schema=Question, resume_schema=Approval)
def director_approval(approved: ApprovedClaim, ctx: Context) -> ApprovedClaim:
    """Ask the director, who sees what the manager approved; a refusal ends the run."""
    claim: Claim = ctx.init_data
    question = f"The manager agrees to {approved.amount} {claim.currency} for {claim.employee}. Do you?"
    remarks = [f"above the limit of {LIMIT}"]
    answer: Approval = ctx.suspend(Question(question=question, total=approved.amount, remarks=remarks))
    if not answer.approved:
        ctx.bail({"rejected_by": "director", "note": answer.note})
    return ApprovedClaim(amount=answer.amount or approved.amount, approved_by=[*approved.approved_by, "director"])


def last_word(arms: dict[str, Any], ctx: Context) -> ApprovedClaim:
    """Take the director's decision if there was one, else the manager's."""
    decided: ApprovedClaim = ctx.result(director_approval, default=None) or ctx.result(manager_approval)
    return decided


@step
async def pay_out(approved: ApprovedClaim, ctx: Context) -> Payment:
    """Pay. The idempotency key would keep a real bank from paying twice if this step had to run again."""
    await asyncio.sleep(0.4)
    ctx.logger.info("paying with key %s", ctx.idempotency_key)
    return Payment(
        reference=f"EXP-{ctx.run_id[-6:]}",
        amount=approved.amount,
        currency=ctx.init_data.currency,
        approved_by=approved.approved_by,
    )


expense_approval = (
    create_workflow(
        id="expenses",
        input_schema=Claim,
        output_schema=Payment,
        description="Checks an expense claim, asks a manager (and above 1000 a director), and pays.",
    )
    .then(check_policy)
    .then(manager_approval)
    .branch([(above_limit, director_approval)], id="second-signature")
    .map(last_word, id="decision")
    .then(pay_out)
    .commit()
)
