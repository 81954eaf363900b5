"""The review by two people."""

import pytest

from engine import Engine, RunResult
from engine.testing import FakeClock, run_to_end
from playground.examples import text_review

YES = {"verdict": "publish", "note": "fine"}


async def reviewed(second: dict[str, str]) -> RunResult:
    """Return the run after the editor's yes and the lawyer's answer."""
    run = await Engine([text_review], clock=FakeClock(auto=False)).workflow("review").create_run()
    asked = await run.start({"title": "On waits"})
    assert sorted(asked.suspended) == [["editor_review"], ["legal_review"]]
    await run.resume("editor_review", YES)
    return await run.resume("legal_review", second)


@pytest.mark.parametrize(("verdict", "published"), [("publish", True), ("change", False), ("stop", False)])
async def test_one_who_disagrees_keeps_it_from_being_published(verdict: str, published: bool) -> None:
    """Both are asked at once, and it takes both."""
    result = await reviewed({"verdict": verdict, "note": "hm"})
    notes = {"editor_review": "fine", "legal_review": "hm"}
    address = "on-waits" if published else None
    assert result.result == {"published": published, "address": address, "notes": notes}


async def test_silence_is_consent() -> None:
    """Who has not answered when the time is over has agreed."""
    result = await run_to_end(text_review, {"title": "On waits"})
    assert result.result["published"]
    assert set(result.result["notes"].values()) == {"no answer in time"}
