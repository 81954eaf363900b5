"""The agent's loop."""

from engine import Engine
from engine.testing import Collector, FakeClock, run_to_end
from playground.examples import tool_agent


async def test_the_agent_goes_round_until_it_knows() -> None:
    """Three tools and the answer are four passes."""
    result = await run_to_end(tool_agent, {})
    assert result.result["tools"] == ["search", "read", "calculate"]
    assert result.result["passes"] == 4
    assert "**1506**" in result.result["text"]


async def test_what_the_model_says_is_streamed() -> None:
    """The pieces, joined, are the thought that the step returns."""
    collector = Collector()
    engine = Engine([tool_agent], clock=FakeClock())
    run = await engine.workflow("agent").create_run()
    run.watch(collector)
    result = await run.start({})
    written = "".join(event.payload["chunk"] for event in collector.of("step-output") if event.path == ("think",))
    assert written.endswith(result.result["text"])
    assert len(collector.of("step-output")) > 100
