"""An extract of many pages: a foreach with retries, some of which help, and a load with progress."""

import asyncio

from pydantic import BaseModel, Field

from engine import Context, Retry, create_workflow, sequence, step

RETRY = Retry(attempts=3, delay=0.2, backoff=2)


class Site(BaseModel):
    """What is extracted."""

    address: str = Field(default="https://shop.example", min_length=1, description="Nothing is fetched: it is made up.")
    pages: int = Field(default=300, ge=1, le=20_000)
    flaky_every: int = Field(default=7, ge=2, description="Each so many pages answer with 503 the first time.")
    broken_page: int | None = Field(default=None, ge=1, description="This page stays broken, which fails the run.")


class Page(BaseModel):
    """A page to be fetched."""

    number: int
    address: str


class Fetched(BaseModel):
    """A page as it came."""

    number: int
    body: str


class Product(BaseModel):
    """What one page is about."""

    page: int
    name: str
    cents: int


class Loaded(BaseModel):
    """What was written at the end."""

    products: int
    cents: int
    cheapest: str


def list_pages(site: Site) -> list[Page]:
    """Make the address of each page."""
    return [Page(number=n, address=f"{site.address}/products?page={n}") for n in range(1, site.pages + 1)]


@step(retry=RETRY)
async def fetch_page(page: Page, ctx: Context) -> Fetched:
    """Fetch a page; a busy server is asked again after a pause."""
    site: Site = ctx.init_data
    await asyncio.sleep(0.2 + page.number % 5 * 0.06)
    if page.number % site.flaky_every == 0 and ctx.attempt == 1:
        raise ConnectionError(f"503 Service Unavailable for {page.address}")
    price = "n/a" if page.number == site.broken_page else str(page.number % 90 * 5 + 195)
    return Fetched(number=page.number, body=f"name=Lamp {page.number};cents={price}")


@step
async def parse_page(fetched: Fetched) -> Product:
    """Read name and price; a page that has no price is an error that no retry mends."""
    fields = dict(part.split("=", 1) for part in fetched.body.split(";"))
    return Product(page=fetched.number, name=fields["name"], cents=int(fields["cents"]))


@step
async def load_products(products: list[Product], ctx: Context) -> Loaded:
    """Write the products, fifty at a time."""
    for done in range(0, len(products), 50):
        await asyncio.sleep(0.15)
        batch = products[done : done + 50]
        ctx.write({"batch": done // 50 + 1, "rows": len(batch), "cents": sum(product.cents for product in batch)})
        ctx.progress((done + len(batch)) / len(products), f"{done + len(batch)} of {len(products)} written")
    cheapest = min(products, key=lambda product: product.cents)
    return Loaded(products=len(products), cents=sum(p.cents for p in products), cheapest=cheapest.name)


page_extract = (
    create_workflow(
        id="etl",
        input_schema=Site,
        output_schema=Loaded,
        description="Fetches the pages of a shop twenty at a time, tries the flaky ones again, and loads the products.",
    )
    .map(list_pages, id="list_pages")
    .foreach(sequence(fetch_page, parse_page, id="page"), concurrency=20, id="each_page")
    .then(load_products)
    .commit()
)
