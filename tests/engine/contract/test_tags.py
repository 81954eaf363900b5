"""A run has a name and tags: before its start, while it goes on, and after its end."""

from typing import Any

import pytest

from engine import Engine, MemoryStore
from engine.clock import SystemClock
from engine.errors import InvalidTag
from engine.events import Draft
from engine.journal.requests import record_tags
from engine.tags import LONGEST_NAME, LONGEST_TAG, MOST_TAGS, Tagging
from tests.engine.contract.tiny import add_one, ask, begin, run_of

CLOCK = SystemClock()


async def test_what_is_said_before_the_start_is_recorded_with_it() -> None:
    """So no list shows the run without it."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).commit(), store=store)
    await run.tag("nightly", "nightly", name=" The  first ")
    result = await run.start(1)
    assert (result.name, result.tags) == ("The first", ("nightly",))
    first, *others = await store.read(run.run_id)
    assert (first.payload["name"], first.payload["tags"]) == ("The first", ["nightly"])
    assert "run-tagged" not in [event.type for event in others]
    summary = await store.summary(run.run_id)
    assert (summary.name, summary.tags) == ("The first", ("nightly",))


async def test_a_start_takes_no_tags_away() -> None:
    """Those that others have given to the run, which was made without an input, stay beside its own."""
    store = MemoryStore()
    run = await Engine([begin().then(add_one).commit()], store=store).workflow("tiny").create_run(run_id="r1")
    await run.tag("mine", "both")
    await store.create(run.run_id, [Draft(CLOCK.now(), "run-created", (), {"workflow_id": "tiny"})])
    await record_tags(store, CLOCK, run.run_id, Tagging(name="Theirs", add=["theirs", "both"]))
    result = await run.start(1)
    assert (result.name, result.tags) == ("Theirs", ("theirs", "both", "mine"))
    assert (await store.summary(run.run_id)).tags == result.tags


async def test_tags_come_and_go_at_any_time() -> None:
    """While the run waits, and after its end; what is as it was is not recorded again."""
    store = MemoryStore()
    run = await run_of(begin().then(ask).commit(), store=store)
    await run.start(1)
    await run.tag("a", "b")
    assert (await run.state()).status == "suspended"
    await run.tag("c", remove=["a", "z"])
    await run.resume(None, 2)
    await run.tag(name="Done")
    await run.tag("c")
    state = await run.state()
    assert (state.status, state.name, state.tags) == ("success", "Done", ("b", "c"))
    assert state.to_dict()["tags"] == ["b", "c"]
    events = [event for event in await store.read(run.run_id) if event.type == "run-tagged"]
    assert [event.payload for event in events] == [{"tags": ["a", "b"]}, {"tags": ["b", "c"]}, {"name": "Done"}]
    await run.tag(name=None)
    assert (await store.summary(run.run_id)).name is None


async def test_a_running_run_goes_on_while_it_is_tagged() -> None:
    """Who executes it takes the event as it comes."""
    found: list[Any] = []

    async def work(data: int) -> int:
        await found[0].tag("seen")
        return data

    run = await run_of(begin().map(work, id="work").then(add_one).commit())
    found.append(run)
    result = await run.start(1)
    assert (result.result, result.tags) == (2, ("seen",))


async def test_a_fork_has_a_name_and_tags_of_its_own() -> None:
    """They say something of one run alone."""
    run = await run_of(begin().then(add_one).commit())
    await run.tag("nightly", name="First")
    await run.start(1)
    fork = await run.fork("add_one")
    await fork.tag("again")
    result = await fork.start()
    assert (result.status, result.name, result.tags) == ("success", None, ("again",))


WRONG = [
    ((), {"name": 5}, "the name of a run is text, and not 5"),
    ((), {"name": "n" * (LONGEST_NAME + 1)}, f"at most {LONGEST_NAME} characters"),
    (("a\0b",), {}, "all to be seen"),
    (("t" * (LONGEST_TAG + 1),), {}, f"at most {LONGEST_TAG} characters"),
    (("a,b",), {}, "without a comma"),
    ((" ",), {}, "a tag is a word or some"),
    ((7,), {}, "the tag of a run is text, and not 7"),
    (tuple(map(str, range(MOST_TAGS + 1))), {}, f"at most {MOST_TAGS} tags, and not {MOST_TAGS + 1}"),
    ((), {"remove": "nightly"}, "a list of texts"),
]


@pytest.mark.parametrize(("tags", "more", "words"), WRONG)
async def test_what_can_be_no_name_or_tag_is_refused(tags: tuple[Any, ...], more: dict[str, Any], words: str) -> None:
    """Before the start and after it alike, and nothing is changed."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(InvalidTag, match=words):
        await run.tag(*tags, **more)
    await run.start(1)
    with pytest.raises(InvalidTag, match=words):
        await run.tag(*tags, **more)
    assert (await run.state()).tags == ()
