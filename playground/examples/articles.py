"""An article pipeline: a foreach over topics with progress, chunks and logs, a loop that shortens, and mappings."""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from engine import Context, clone_step, create_workflow, from_step, sequence, step, template, value

SENTENCES = (
    "{title} begins with a small observation.",
    "Somebody wrote it down, and somebody else disagreed.",
    "What the numbers say is less dramatic than the story.",
    "Still, two details deserve a second look.",
    "The first is where the idea came from.",
    "The second is who pays for it.",
    "None of this settles the question of {title}.",
)

Tag = Annotated[str, Field(min_length=2, max_length=20)]


class Topic(BaseModel):
    """One article to write."""

    title: str = Field(min_length=1, max_length=80)
    sentences: int = Field(default=3, ge=1, le=len(SENTENCES), description="How long the draft is.")
    tags: list[Tag] = Field(default=[], max_length=5)


class Issue(BaseModel):
    """The plan of an issue."""

    magazine: str = Field(default="The Yard", min_length=1)
    topics: list[Topic] = Field(min_length=1, description="In the order of the table of contents.")
    tone: Literal["plain", "warm", "dry"] = "plain"
    max_words: int = Field(default=60, ge=20, le=500, description="The teaser is cut until it is no longer than this.")
    links: dict[str, str] = Field(default={}, description="Further reading: a title and its address.")


class Outline(BaseModel):
    """What an article will say."""

    topic: Topic
    points: list[str]


class Article(BaseModel):
    """A written article."""

    title: str
    text: str
    words: int


class Pages(BaseModel):
    """All articles of the issue."""

    articles: list[Article]
    words: int


class Teaser(BaseModel):
    """A text that gets shorter with each pass."""

    text: str
    limit: int


class PrintedIssue(BaseModel):
    """The issue as it goes to the printer."""

    headline: str
    articles: list[Article]
    teaser: str
    editor: str
    format: str


@step
async def outline(topic: Topic, ctx: Context) -> Outline:
    """Choose the points of an article."""
    await asyncio.sleep(0.2)
    ctx.logger.info("article %s: %s", ctx.index, topic.title)
    return Outline(topic=topic, points=[text.format(title=topic.title) for text in SENTENCES[: topic.sentences]])


@step
async def draft(outline: Outline, ctx: Context) -> Article:
    """Write sentence by sentence; whoever watches reads along."""
    for number, sentence in enumerate(outline.points, 1):
        await asyncio.sleep(0.15)
        ctx.write(f"{sentence} ")
        ctx.progress(number / len(outline.points), f"sentence {number} of {len(outline.points)}")
    text = " ".join(outline.points)
    return Article(title=outline.topic.title, text=text, words=len(text.split()))


@step
async def lay_out(articles: list[Article]) -> Pages:
    """Put the articles together, in the order of the plan."""
    await asyncio.sleep(0.2)
    return Pages(articles=articles, words=sum(article.words for article in articles))


def whole_text(pages: Pages, ctx: Context) -> Teaser:
    """Begin the teaser with everything that was written."""
    return Teaser(text=" ".join(article.text for article in pages.articles), limit=ctx.init_data.max_words)


@step
async def shorten(teaser: Teaser, ctx: Context) -> Teaser:
    """Drop the last sentence, unless only one is left."""
    await asyncio.sleep(0.2)
    kept = teaser.text.rstrip(".").split(". ")[:-1] or [teaser.text.rstrip(".")]
    ctx.logger.debug("pass %s: %s sentences left", ctx.iteration, len(kept))
    return Teaser(text=". ".join(kept) + ".", limit=teaser.limit)


def too_long(teaser: Teaser) -> bool:
    """Tell whether another sentence can and must go."""
    return len(teaser.text.split()) > teaser.limit and ". " in teaser.text


@step
async def proofread(teaser: Teaser) -> str:
    """Tidy the spaces up."""
    await asyncio.sleep(0.2)
    return " ".join(teaser.text.split())


last_look = clone_step(proofread, id="last_look", description="A second pair of eyes, with the same rules.")


@step
async def count_words(teaser: Teaser) -> int:
    """Count the words of the teaser."""
    await asyncio.sleep(0.3)
    return len(teaser.text.split())


def editor(desk: dict[str, Any], ctx: Context) -> str:
    """Name who started the run, if the caller said so in the request context."""
    return str(ctx.request_context.get("editor", "nobody in particular"))


article_pipeline = (
    create_workflow(
        id="articles",
        input_schema=Issue,
        output_schema=PrintedIssue,
        description="Writes the articles of an issue two at a time, cuts a teaser to length, and sets the issue.",
    )
    .map(lambda issue: issue.topics, id="topics")
    .foreach(sequence(outline, draft, id="article"), concurrency=2, id="write")
    .then(lay_out)
    .map(whole_text, id="whole_text")
    .dowhile(shorten, too_long, max_iterations=20, id="cut")
    .parallel([proofread, last_look, count_words], id="desk")
    .map(
        {
            "headline": template("{init.magazine}: {lay_out.words} words, first of all {lay_out.articles.0.title}"),
            "articles": from_step(lay_out, "articles"),
            "teaser": from_step(last_look),
            "editor": editor,
            "format": value("A5"),
        },
        id="issue",
    )
    .commit()
)
