"""An agent: a made-up model thinks, calls tools, streams its words, and asks before it does what costs money."""

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from engine import Context, Engine, Retry, create_step, create_workflow, step

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


class ToolCall(BaseModel):
    id: UUID
    name: str
    arguments: dict[str, Any] = {}


class UserMessage(BaseModel):
    role: Literal["user"] = "user"
    content: str


class AssistantMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str | None = None
    tool_calls: list[ToolCall] = []


class ToolMessage(BaseModel):
    role: Literal["tool"] = "tool"
    tool_call_id: UUID
    content: Any


Message: TypeAlias = Annotated[UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")]


class Usage(TypedDict):
    input: int
    output: int


class Conversation(BaseModel):
    """Everything that was said."""

    model_config = ConfigDict(extra="forbid")

    messages: list[Message]
    usage: Usage = {"input": 0, "output": 0}
    done: bool = False

    @property
    def last(self) -> Message:
        return self.messages[-1]


class Question(BaseModel):
    """What the user wants."""

    text: str = Field(min_length=1, examples=["What is 6 * 7?"])
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    tools: frozenset[Literal["calculate", "buy"]] = frozenset({"calculate", "buy"})


class Permission(BaseModel):
    allowed: bool
    limit: int | None = None


TOOLS: dict[str, dict[str, Any]] = {
    "calculate": {
        "type": "object",
        "properties": {"left": {"type": "integer"}, "right": {"type": "integer"}, "op": {"enum": ["+", "*"]}},
        "required": ["left", "right", "op"],
        "additionalProperties": False,
    },
    "buy": {
        "type": "object",
        "properties": {"what": {"type": "string"}, "price": {"type": "number", "minimum": 0}},
        "required": ["what"],
    },
}


async def fake_model(messages: list[Message]) -> AsyncIterator[str]:
    """Yield the words of the answer, or a call of a tool as JSON."""
    match messages[-1]:
        case UserMessage(content=text) if found := re.search(r"(\d+) ([+*]) (\d+)", text):
            left, op, right = found.groups()
            yield json.dumps({"name": "calculate", "arguments": {"left": int(left), "right": int(right), "op": op}})
        case UserMessage(content=text) if found := re.search(r"buy (\w+)", text):
            yield json.dumps({"name": "buy", "arguments": {"what": found[1], "price": 9.5}})
        case ToolMessage(content=content):
            for word in f"The answer is {content} .".split():
                yield word
        case _:
            yield "I do not know."


@step
def begin(question: Question) -> Conversation:
    """Begin with what the user says."""
    return Conversation(messages=[UserMessage(content=question.text)])


@step(retry=Retry(attempts=2), timeout=timedelta(seconds=20))
async def think(conversation: Conversation, ctx: Context) -> Conversation:
    """Let the model say the next thing, word by word."""
    words = []
    async for word in fake_model(conversation.messages):
        ctx.write(word)
        words.append(word)
    text = " ".join(words)
    said = AssistantMessage(content=text)
    if text.startswith("{"):
        call = json.loads(text)
        said = AssistantMessage(tool_calls=[ToolCall(id=uuid5(SPACE, text), **call)])
    conversation.messages.append(said)
    conversation.usage["output"] += len(words)
    conversation.done = not said.tool_calls
    return conversation


def calculate(left: int, right: int, op: str) -> int:
    """Calculate."""
    return left + right if op == "+" else left * right


def buy(what: str, price: float = 1.0) -> str:
    """Buy something."""
    return f"{what} for {price}"


FUNCTIONS: dict[str, Callable[..., Any]] = {"calculate": calculate, "buy": buy}


@step(resume_schema=Permission)
def act(conversation: Conversation, ctx: Context) -> Conversation:
    """Call the tools; what costs money is asked about before."""
    last = conversation.last
    for call in last.tool_calls if isinstance(last, AssistantMessage) else []:
        content: Any = "not allowed"
        if call.name != "buy" or ctx.suspend({"call": call}).allowed:
            content = FUNCTIONS[call.name](**call.arguments)
        conversation.messages.append(ToolMessage(tool_call_id=call.id, content=content))
    return conversation


def is_done(conversation: Conversation, ctx: Context) -> bool:
    """Tell whether the model has no more to do."""
    return conversation.done


turn = create_workflow(id="turn", input_schema=Conversation, output_schema=Conversation).then(think).then(act).commit()

agent = (
    create_workflow(id="agent", input_schema=Question, output_schema=Conversation, description="Thinks and acts.")
    .then(begin)
    .dountil(turn, is_done, max_iterations=5)
    .commit()
)

# Each tool alone, with the schema that a model is given of it.
tools = [
    create_workflow(id=f"tool-{name}", input_schema=schema, output_schema=None)
    .then(create_step(id=name, input_schema=schema, execute=lambda given, name=name: FUNCTIONS[name](**given)))
    .commit()
    for name, schema in TOOLS.items()
]

app = Engine([agent, *tools])
MESSAGES = TypeAdapter(list[Message])
