"""Reads the sales of shops from files, cleans them, and writes a report; a flaky exchange rate is retried."""

import asyncio
import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator

from engine import Context, Engine, Retry, create_workflow, from_init, from_step, sequence, step, template, value


class Currency(StrEnum):
    EUR = "EUR"
    USD = "USD"
    GBP = "GBP"


class Source(BaseModel):
    """One file, or what stands in it."""

    path: Path
    content: str = Field(json_schema_extra={"format": "textarea"})
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","


class Job(BaseModel):
    """What to load."""

    sources: list[Source]
    since: date = date(2020, 1, 1)
    target: Currency = Currency.EUR
    fail_on: set[str] = set()


class Row(BaseModel):
    """One sale, as the shop wrote it down."""

    model_config = ConfigDict(str_strip_whitespace=True)

    day: date = Field(alias="Date")
    shop: str = Field(alias="Shop")
    amount: Decimal = Field(alias="Amount")
    currency: Currency = Field(alias="Currency", default=Currency.EUR)

    @field_validator("amount", mode="before")
    @classmethod
    def _comma(cls, given: Any) -> Any:
        return given.replace(",", ".") if isinstance(given, str) else given


class Bad(NamedTuple):
    line: int
    why: str


@dataclass
class Extract:
    """The good rows and the bad ones of a file."""

    path: Path
    rows: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


class Rates(BaseModel):
    at: date
    per_euro: dict[Currency, Decimal]


class Totals(BaseModel):
    by_shop: dict[str, Decimal]
    by_day: dict[date, Decimal]
    rows: int = 0
    bad: dict[Path, list[Bad]] = {}

    @computed_field
    @property
    def total(self) -> Decimal:
        return sum(self.by_shop.values(), Decimal(0))


class Report(BaseModel):
    title: str
    totals: Totals
    currency: Currency
    kind: str


class Throttled(Exception):
    """The exchange asks us to wait."""


@step(retry=Retry(attempts=3, delay=timedelta(seconds=2), on=(OSError,)))
async def read(source: Source, ctx: Context) -> Extract:
    """Read a file; what is no sale is kept with the reason."""
    if "flaky" in source.path.name and ctx.attempt < 2:
        raise OSError(f"{source.path} is locked")
    found = Extract(path=source.path)
    reader = csv.DictReader(io.StringIO(source.content), delimiter=source.delimiter)
    for line, cells in enumerate(reader, start=2):
        try:
            found.rows.append(Row.model_validate(cells))
        except ValueError as error:
            found.bad.append(Bad(line, str(error).splitlines()[0]))
        await asyncio.sleep(0)
    print(f"{source.path}: {len(found.rows)} rows, {len(found.bad)} bad")
    return found


@step
def clean(extract: Extract, ctx: Context) -> Extract:
    """Leave out what nobody sold."""
    ctx.progress(0.5, "cleaning")
    extract.rows = [row for row in extract.rows if row.amount != 0]
    return extract


def sources_of(job: Job) -> list[Source]:
    """Return what is to be read, each file once."""
    return list({source.path: source for source in job.sources}.values())


@step(retry=Retry(attempts=4, delay=1, backoff=2, on=(Throttled,)), timeout=timedelta(seconds=30))
async def fetch_rates(extracts: list[Extract], ctx: Context) -> Rates:
    """Ask what a euro costs."""
    if ctx.attempt < 3:
        raise Throttled(f"try again, attempt {ctx.attempt}")
    return Rates(
        at=date(2026, 1, 1),
        per_euro={Currency.EUR: Decimal(1), Currency.USD: Decimal("1.25"), Currency.GBP: Decimal("0.8")},
    )


@step
def add_up(extracts: list[Extract]) -> Totals:
    """Add the sales up."""
    by_shop: dict[str, Decimal] = defaultdict(Decimal)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for row in (row for extract in extracts for row in extract.rows):
        by_shop[row.shop] += row.amount
        by_day[row.day] += row.amount
    return Totals(
        by_shop=by_shop,
        by_day=by_day,
        rows=sum(len(extract.rows) for extract in extracts),
        bad={extract.path: extract.bad for extract in extracts if extract.bad},
    )


class Joined(BaseModel):
    fetch_rates: Rates
    add_up: Totals


@step
def convert(both: Joined, ctx: Context) -> Totals:
    """Turn everything into the currency of the report."""
    job = ctx.init_data
    rate = both.fetch_rates.per_euro[job.target]
    ctx.write({"rate": rate})
    changed = {shop: round(amount * rate, 2) for shop, amount in both.add_up.by_shop.items()}
    return both.add_up.model_copy(update={"by_shop": changed})


etl = (
    create_workflow(
        id="etl", input_schema=Job, output_schema=Report, description="From files to a report.", retry=Retry(attempts=2)
    )
    .map(sources_of)
    .foreach(sequence(read, clean, id="load"), concurrency=4)
    .parallel([fetch_rates, add_up])
    .then(convert)
    .map(
        {
            "title": template("Sales since {init.since}"),
            "totals": from_step(convert),
            "currency": from_init("target"),
            "kind": value("monthly"),
        }
    )
    .commit()
)

app = Engine([etl])

EXAMPLE = {
    "sources": [
        {"path": "a.csv", "content": "Date,Shop,Amount,Currency\n2026-01-01,North,10.50,EUR\n2026-01-02,North,x,EUR\n"},
        {
            "path": "flaky.csv",
            "content": "Date;Shop;Amount\n2026-01-01; South ;2,25\n2026-01-03;South;0\n",
            "delimiter": ";",
        },
        {"path": "a.csv", "content": "Date,Shop,Amount,Currency\n2026-01-01,North,10.50,EUR\n2026-01-02,North,x,EUR\n"},
    ],
    "target": "USD",
}
