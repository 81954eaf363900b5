"""What a step hands on is what is recorded of it, also where a validator would change it again."""

import asyncio
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator

from engine import Engine, MemoryStore, create_step, create_workflow

Loud = Annotated[str, AfterValidator(lambda word: word + "!")]
Counted = Annotated[int, BeforeValidator(lambda number: int(number) + 1)]


class Shout(BaseModel):
    """A model with text that grows each time it is read."""

    word: Loud


class Nested(BaseModel):
    """The same further inside, and in keys."""

    shouts: list[Shout]
    by_word: dict[str, Loud] = {}


CASES: list[tuple[Any, Any]] = [
    (Loud, "a"),
    (Counted, 1),
    (list[Loud], ["a", "b"]),
    (dict[str, Counted], {"a": 1}),
    (Shout, {"word": "a"}),
    (Nested, {"shouts": [{"word": "a"}], "by_word": {"b": "c"}}),
    (Shout | None, {"word": "a"}),
]


@pytest.mark.parametrize(("spec", "value"), CASES, ids=lambda part: str(part)[:20])
async def test_the_next_step_is_given_the_same_live_and_after_a_restart(spec: Any, value: Any) -> None:
    """The next step reads the recorded JSON in any case, so whoever dies between two steps changes no value."""
    (lived,) = await _given(spec, value, killed=False)
    assert await _given(spec, value, killed=True) == [lived, lived]


async def _given(spec: Any, value: Any, *, killed: bool) -> list[Any]:
    """Return what the second of two steps is given, each time it begins."""
    seen: list[Any] = []
    begun, ends = asyncio.Event(), asyncio.Event()

    async def second(data: Any) -> None:
        seen.append(data)
        begun.set()
        await ends.wait()

    first = create_step(id="first", execute=lambda data: value, output_schema=spec)
    flow = create_workflow(id="w", input_schema=None, output_schema=None).then(first)
    flow = flow.then(create_step(id="second", execute=second, input_schema=spec)).commit()
    store = MemoryStore()
    run = await Engine([flow], store=store).workflow("w").create_run()
    started = asyncio.create_task(run.start(None))
    await begun.wait()
    if killed:
        started.cancel()
        await asyncio.wait({started})
    ends.set()
    ended = await ((await Engine([flow], store=store).run(run.run_id)).restart() if killed else started)
    assert ended.status == "success"
    return seen
