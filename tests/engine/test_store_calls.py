"""What a run asks of its store: every call is a way to a database and back."""

from typing import Any

from engine import Engine, MemoryStore, create_step
from tests.engine.contract.tiny import add_one, asking, begin


class Counted:
    """A store that notes which of its methods are called."""

    def __init__(self) -> None:
        """Begin with an empty store."""
        self._kept = MemoryStore()
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """Note the call of a method."""
        method = getattr(self._kept, name)

        def noted(*args: Any, **options: Any) -> Any:
            self.calls.append(name)
            return method(*args, **options)

        return noted


async def test_a_run_of_three_steps() -> None:
    """Each step is durable before the next one begins, and nothing is read."""
    store = Counted()
    steps = [create_step(id=f"s{number}", execute=lambda data: data + 1, inline=True) for number in range(3)]
    workflow = begin().then(steps[0]).then(steps[1]).then(steps[2]).commit()
    await (await Engine([workflow], store=store).workflow("tiny").create_run()).start(0)
    assert store.calls == ["create", "claim", *["append"] * 4, "finish", "release"]


async def test_a_question() -> None:
    """Up to the question nothing is read; who answers reads the journal once, and the claim brings what came since."""
    store = Counted()
    workflow = begin().then(add_one).then(asking("ask")).commit()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    assert (await run.start(1)).status == "suspended"
    assert store.calls == ["create", "claim", *["append"] * 3, "release"]
    store.calls.clear()
    assert (await run.resume(resume_data=3)).result == 3
    assert store.calls == ["read", "transact", "claim", "append", "finish", "release"]
