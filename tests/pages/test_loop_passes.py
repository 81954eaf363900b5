"""Loops: each pass of a step has its own row, fork and length."""

import asyncio
import html
import re

from engine import Context, Retry, create_workflow, step
from engine.paths import format_path
from playground.actions import actions
from playground.commandline.following import follow
from playground.commandline.output import lasted
from playground.commandline.progress import Progress
from tests.pages.stage import Stage, attributes


@step
async def add(count: int) -> int:
    """Add one."""
    await asyncio.sleep(0.01 * count)
    return count + 1


inner = create_workflow(id="inner", input_schema=int, output_schema=int).then(add).commit()
LOOP = create_workflow(id="loop", input_schema=int, output_schema=int).dountil(add, lambda n: n > 3).commit()
NESTED = create_workflow(id="nested", input_schema=int, output_schema=int).dountil(inner, lambda n: n > 3).commit()


@step
def same(items: int) -> int:
    """Give it back."""
    return items


EACH = create_workflow(id="each", input_schema=list[int], output_schema=list[int]).foreach(same).commit()


@step
def more(count: int) -> int:
    """Add one."""
    return count + 1


LONG = create_workflow(id="long", input_schema=int, output_schema=int).dountil(more, lambda n: n > 30).commit()


@step(retry=Retry(attempts=2))
def stumble(data: int, ctx: Context) -> int:
    """Fail once, with more words than a row has room for."""
    if ctx.attempt == 1:
        raise RuntimeError("a long story " * 40 + "and its end")
    return data


STUMBLE = create_workflow(id="stumble", input_schema=int, output_schema=int).then(stumble).commit()


async def done(stage: Stage, workflow: str, value: object = 1) -> str:
    """Give a run that has ended."""
    await stage.publish(LOOP, NESTED, EACH, STUMBLE)
    run_id = await actions.start(workflow, value)
    assert (await stage.play(run_id)).status == "success"
    return run_id


async def test_a_fork_from_a_row_takes_the_pass_of_that_row(stage: Stage) -> None:
    """The form has the input of that pass, and the fork shares what came before it, and no more."""
    for workflow, path in (("loop", "add"), ("nested", "inner.add")):
        run_id = await done(stage, workflow)
        for number, key in enumerate(sorted(keys(await stage.get(f"/runs/{run_id}/"), path)), 1):
            body = await stage.get(f"/runs/{run_id}/step/?key={key}")
            found = re.search(r'href="([^"]*/fork/[^"]*)"', body)
            assert found is not None
            address = html.unescape(found[1])
            assert f'value="{number}"' in await stage.get(address)
            response = await stage.post(address, {"f:tab": "json", "f": "3"})
            forked = await stage.play(response["Location"].split("/")[2])
            starts = [event.path for event in await stage.store.read(forked.run_id) if event.type == "step-started"]
            assert [format_path(one) for one in starts].count(path) == number
            assert forked.result == 4


async def test_the_graph_tells_the_pass_that_is_shown_of_very_many(stage: Stage) -> None:
    """Also of a pass that the loop's row does not tell of any more, and its arrows lead to the ones beside it."""
    await stage.publish(LONG)
    run_id = await actions.start("long", 1)
    assert (await stage.play(run_id)).status == "success"
    (loop,) = set(re.findall(r"[?&]loop=([^&\"]+)", html.unescape(await stage.get(f"/runs/{run_id}/"))))
    panel = html.unescape(await stage.get(f"/runs/{run_id}/?loop={loop}&pass=2"))
    panel = panel.partition('class="graph-passes')[2].partition("</div>")[0]
    assert "pass 2 of 30" in " ".join(re.sub(r"<[^>]*>", " ", panel).split())
    assert [int(number) for number in re.findall(r"pass=(\d+)", panel)] == [1, 3]


async def test_a_pass_that_was_not_is_none_to_fork_from(stage: Stage) -> None:
    """Neither the form nor the fork takes the beginning of another step for it."""
    run_id = await done(stage, "loop")
    for at in (1, 2, 99):
        address = f"/runs/{run_id}/fork/?step=add&at={at}"
        assert (await stage.client.get(address)).status_code == 409
        assert (await stage.post(address, {"f:tab": "json", "f": "3"})).status_code == 409


async def test_what_links_to_a_row_finds_it(stage: Stage) -> None:
    """Nodes of the graph lead to rows that are there, in loops and lists too."""
    for workflow, value in (("loop", 1), ("nested", 1), ("each", [1, 2, 3])):
        run_id = await done(stage, workflow, value)
        page = await stage.get(f"/runs/{run_id}/")
        wanted = {html.unescape(href)[1:] for href in attributes(page, "href") if href.startswith("#row-")}
        assert wanted
        assert wanted <= {html.unescape(name) for name in attributes(page, "id")}


@step(resume_schema=int)
def ask(count: int, ctx: Context) -> int:
    """Ask in each pass."""
    return int(ctx.suspend())


ASKS = (
    create_workflow(id="asks", input_schema=int, output_schema=int)
    .dountil(create_workflow(id="round", input_schema=int, output_schema=int).then(ask).commit(), lambda n: n > 3)
    .commit()
)
WAITS = (
    create_workflow(id="waits", input_schema=int, output_schema=int)
    .dountil(
        create_workflow(id="round", input_schema=int, output_schema=int).wait_for_event("go", schema=int).commit(),
        lambda n: n > 3,
    )
    .commit()
)


async def test_the_inbox_leads_to_the_row_of_this_pass(stage: Stage) -> None:
    """A question, and a wait for an event, in the second pass of a loop."""
    await stage.publish(ASKS, WAITS)
    asking, waiting = await actions.start("asks", 1), await actions.start("waits", 1)
    await stage.play(asking)
    await actions.resume(asking, None, 1)
    await stage.play(asking)
    await stage.play_until(waiting, "waiting")
    await actions.send_event(waiting, "go", 1)
    await stage.play_until(waiting, "waiting")
    entries = re.findall(r'href="/inbox/\?(item=\d+)"', await stage.get("/inbox/"))
    for run_id, entry in zip((asking, waiting), entries, strict=True):
        inbox = await stage.get(f"/inbox/?{entry}")
        links = [html.unescape(href) for href in attributes(inbox, "href") if f"/runs/{run_id}/" in href]
        row = links[0].partition("#")[2]
        assert row.endswith("*2")
        assert row in {html.unescape(name) for name in attributes(await stage.get(f"/runs/{run_id}/"), "id")}


async def test_the_lengths_that_are_told_are_those_of_each_pass(stage: Stage, capsys) -> None:  # type: ignore[no-untyped-def]
    """Who reads many events at once hears the same as who reads each when it comes."""
    for workflow in ("loop", "nested"):
        run_id = await done(stage, workflow)
        await follow(run_id, Progress(watched=True, width=100))
        told = [line.split("+ ")[1] for line in capsys.readouterr().err.splitlines() if "+ " in line]
        begun, expected = {}, []
        for event in await stage.store.read(run_id):
            if event.type == "step-started":
                begun[event.path] = event.at
            elif event.type == "step-succeeded":
                expected.append(f"{format_path(event.path)}  {lasted(begun[event.path], event.at)}")
        assert told == expected


async def test_a_failed_attempt_is_inside_its_step_with_its_whole_error(stage: Stage) -> None:
    """Also when the step succeeded in the end."""
    run_id = await done(stage, "stumble")
    page = await stage.get(f"/runs/{run_id}/")
    assert "and its end" not in re.sub(r'title="[^"]*"', "", page)
    assert "2 attempts" in page
    for opened in (f"/runs/{run_id}/step/?key=stumble", f"/runs/{run_id}/?row=stumble"):
        assert "and its end</span>" in await stage.get(opened)
        assert "raise RuntimeError" in await stage.get(opened)


def keys(page: str, path: str) -> list[str]:
    """Return the keys of the rows of a step."""
    return [html.unescape(key) for key in attributes(page, "data-key") if key.startswith(f"{path}*")]
