"""An agent's loop: a model that streams what it thinks, tools that it calls, until it knows the answer."""

import asyncio
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field

from engine import Context, create_workflow, sequence, step

TOOLS = ("search", "read", "calculate")
"""What the model calls, one tool a pass."""

THOUGHTS = {
    "search": "I should find out first what is known about {question} Let me search for it, with few words, "
    "because the index is small.\n\nQuery: **{words}**",
    "read": "The search found two documents. The second one has a table, and a table is worth more than an opinion, "
    "so I read that one.\n\n1. open the document\n2. find the table\n3. copy the row that matters",
    "calculate": "The table gives a number for each month. What was asked is the whole year, so the months have to be "
    "added up:\n\n`sum(months)`",
    "answer": "I have what I need. For {question} the answer is **{result}**: it is the sum of the row for the whole "
    "year, which the second document confirms.",
}
"""The model is made up: it has this to say, whatever it is asked."""


class Task(BaseModel):
    """What the agent is to find out."""

    question: str = Field(default="How many lamps were sold last year?", min_length=1, max_length=200)
    max_passes: int = Field(default=6, ge=4, le=20, description="The agent gives up after so many.")


class Turn(BaseModel):
    """One pass of the loop: what was known, thought and done."""

    number: int = 0
    known: dict[str, Any] = {}
    thought: str = ""
    tool: str = ""


class Answer(BaseModel):
    """What the agent found."""

    text: str
    passes: int
    tools: list[str]


def first_turn(task: Task) -> Turn:
    """Begin knowing nothing."""
    return Turn()


def tokens(text: str) -> Iterator[str]:
    """Cut a text as a model streams it: in small pieces that keep their spaces."""
    yield from (text[at : at + 4] for at in range(0, len(text), 4))


@step
async def think(turn: Turn, ctx: Context) -> Turn:
    """Ask the model what to do next; it streams its thought token by token."""
    task: Task = ctx.init_data
    tool = TOOLS[turn.number] if turn.number < len(TOOLS) else "answer"
    words = " ".join(word for word in task.question.lower().strip("?").split() if len(word) > 3)
    result = turn.known.get("calculate", {}).get("result", "unknown")
    thought = THOUGHTS[tool].format(question=task.question, words=words, result=result)
    for token in tokens(thought):
        await asyncio.sleep(0.02)
        ctx.write(token)
    return turn.model_copy(update={"number": turn.number + 1, "thought": thought, "tool": tool})


@step
async def act(turn: Turn, ctx: Context) -> Turn:
    """Call the tool that the model chose; what it finds is known from then on."""
    found: dict[str, Any] = {}
    match turn.tool:
        case "search":
            found = {"documents": ["lamps-by-colour", "lamps-by-month"]}
        case "read":
            for month in range(1, 13):
                await asyncio.sleep(0.05)
                ctx.write({"month": month, "lamps": 80 + month * 7})
                ctx.progress(month / 12, f"row {month} of 12")
            found = {"months": [80 + month * 7 for month in range(1, 13)]}
        case "calculate":
            found = {"result": sum(turn.known["read"]["months"])}
        case _:
            return turn
    ctx.logger.info("%s found %s", turn.tool, ", ".join(found))
    await asyncio.sleep(0.2)
    return turn.model_copy(update={"known": {**turn.known, turn.tool: found}})


def is_answered(turn: Turn, ctx: Context) -> bool:
    """Tell whether the model has answered, or has had its passes."""
    return turn.tool == "answer" or turn.number >= ctx.init_data.max_passes


@step
async def write_answer(turn: Turn) -> Answer:
    """Hand on the last thought."""
    return Answer(text=turn.thought, passes=turn.number, tools=list(turn.known))


tool_agent = (
    create_workflow(
        id="agent",
        input_schema=Task,
        output_schema=Answer,
        description="Thinks, calls a tool and thinks again, until it has an answer; streams what the model says.",
    )
    .map(first_turn, id="begin")
    .dountil(sequence(think, act, id="turn"), is_answered, max_iterations=20, id="passes")
    .then(write_answer)
    .commit()
)
