"""The article pipeline."""

from engine import Engine
from engine.testing import Collector, FakeClock, run_to_end
from playground.examples import article_pipeline

ISSUE = {
    "magazine": "Crumbs",
    "topics": [{"title": "Bread", "sentences": 2}, {"title": "Salt", "sentences": 1}],
    "max_words": 20,
}


async def test_articles_keep_the_order_of_the_plan() -> None:
    """Whatever is written first, the list of outputs has the order of the topics."""
    result = await run_to_end(article_pipeline, ISSUE, request_context={"editor": "Ada"})
    assert [article["title"] for article in result.result["articles"]] == ["Bread", "Salt"]
    assert result.result["headline"] == "Crumbs: 20 words, first of all Bread"
    assert result.result["editor"] == "Ada"


async def test_the_teaser_is_cut_to_length() -> None:
    """The loop drops sentences until the words fit."""
    issue = {**ISSUE, "topics": [{"title": "Bread", "sentences": 5}]}
    result = await run_to_end(article_pipeline, issue)
    assert len(result.result["teaser"].split()) <= 20
    assert result.steps["shorten"].iteration == 3


async def test_a_watcher_reads_along() -> None:
    """Every sentence, its progress and the log lines reach whoever watches, with the item they belong to."""
    collector = Collector()
    engine = Engine([article_pipeline], clock=FakeClock())
    run = await engine.workflow("articles").create_run()
    run.watch(collector)
    await run.start(ISSUE)
    written = [event.payload["chunk"] for event in collector.of("step-output") if event.path == ("draft", 0)]
    assert written == [
        "Bread begins with a small observation. ",
        "Somebody wrote it down, and somebody else disagreed. ",
    ]
    assert [event.payload["fraction"] for event in collector.of("step-progress") if event.path == ("draft", 1)] == [1.0]
    logged = {event.payload["message"] for event in collector.of("step-log")}
    assert {"article 0: Bread", "article 1: Salt"} <= logged
