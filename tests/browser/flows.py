"""What a developer might have written; the tour runs it."""

import asyncio

from pydantic import Base64Bytes, BaseModel, SecretStr

from engine import Context, Every, Retry, Schedule, create_workflow, step


class Trip(BaseModel):
    """Where to go."""

    city: str
    days: int = 1


class Verdict(BaseModel):
    """What a person answers."""

    approved: bool
    note: str = ""


class Plan(BaseModel):
    """What comes of it."""

    city: str
    note: str


@step
async def look_up(data: Trip, ctx: Context) -> Trip:
    """Find the city."""
    ctx.progress(0.5, "reading the map")
    await asyncio.sleep(0.4)
    print(f"looking up {data.city}")
    return data


@step
async def weather(data: Trip) -> str:
    """Ask for the weather."""
    await asyncio.sleep(0.3)
    return f"sunny in {data.city}"


@step
async def hotel(data: Trip) -> str:
    """Ask for a room."""
    await asyncio.sleep(0.2)
    return f"a room in {data.city}"


class Found(BaseModel):
    """What the two found."""

    weather: str
    hotel: str


@step(resume_schema=Verdict)
async def approve(data: Found, ctx: Context) -> Plan:
    """Ask a person."""
    answer: Verdict = ctx.suspend({"question": f"{data.weather}, {data.hotel}: go?"})
    return Plan(city=data.weather, note=answer.note)


@step
async def book(data: Plan) -> Plan:
    """Book it."""
    await asyncio.sleep(0.4)
    return data


trip = (
    create_workflow(
        id="trip", input_schema=Trip, output_schema=Plan, description="Plans a trip and asks before booking."
    )
    .then(look_up)
    .parallel([weather, hotel])
    .then(approve)
    .then(book)
    .commit()
)


@step
async def explode(data: Trip) -> str:
    """Fail."""
    raise LookupError(f"nobody knows <b>{data.city}</b>")


lost = create_workflow(id="lost", input_schema=Trip, output_schema=str).then(explode).commit()


@step
async def count(data: int) -> int:
    """Count one."""
    return data + 1


many = (
    create_workflow(id="many", input_schema=list[int], output_schema=list[int]).foreach(count, concurrency=8).commit()
)


class Parcel(BaseModel):
    """What the event carries."""

    weight: int
    note: str = ""


@step
async def unpack(data: Parcel) -> str:
    """Look inside."""
    return f"{data.weight} kg, {data.note}"


parcel = (
    create_workflow(id="parcel", input_schema=str, output_schema=str)
    .wait_for_event("arrived", schema=Parcel, id="delivery", timeout=86400)
    .then(unpack)
    .commit()
)


class Scan(BaseModel):
    """A file of any kind."""

    content: Base64Bytes


@step
async def measure(data: Scan) -> str:
    """Count what is in it."""
    return f"{len(data.content)} bytes that sum up to {sum(data.content)}"


scan = create_workflow(id="scan", input_schema=Scan, output_schema=str).then(measure).commit()


@step(resume_schema=Verdict)
async def sign(name: str, ctx: Context) -> str:
    """Ask one of several people."""
    answer: Verdict = ctx.suspend({"question": f"{name}?"})
    return f"{name} {answer.note}".strip()


signatures = (
    create_workflow(id="signatures", input_schema=list[str], output_schema=list[str])
    .foreach(sign, concurrency=9)
    .commit()
)


class Login(BaseModel):
    """An input with a secret."""

    user: str
    password: SecretStr


@step(retry=Retry(attempts=3))
def log_in(data: Login, ctx: Context) -> str:
    """Fail twice with a long story, then not."""
    if ctx.attempt < 3:
        raise RuntimeError("first line\n" + "and a long story " * 30)
    return data.user


@step
def again(data: str) -> str:
    """Go round."""
    return f"{data}."


logins = (
    create_workflow(id="logins", input_schema=Login, output_schema=str)
    .then(log_in)
    .dountil(again, lambda data: len(data) > 5)
    .commit()
)

ticking = (
    create_workflow(
        id="ticking",
        input_schema=str,
        output_schema=str,
        schedules=[Every(seconds=2, input_data="tick", id="fast"), Schedule("0 9 * * *", input_data="", id="nine")],
    )
    .then(again)
    .commit()
)
