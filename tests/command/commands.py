"""The commands for workflows and runs, each in a process of its own, as a person or a script starts them."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command.running import ROOT, environment
from tests.patience import PATIENCE

PROGRAM = (sys.executable, str(ROOT / "manage.py"))

FLOWS = """
from pydantic import BaseModel, field_validator
from engine import Context, create_workflow, step

class Wish(BaseModel):
    article: str

    @field_validator("article")
    @classmethod
    def known(cls, article: str) -> str:
        if article == "unicorn":
            raise ValueError("there are none")
        return article

class Answer(BaseModel):
    approved: bool

@step(resume_schema=Answer)
def ask(wish: Wish, ctx: Context) -> Wish:
    answer = ctx.suspend({"question": f"Buy {wish.article}?"})
    if not answer.approved:
        raise RuntimeError("nobody wants it")
    return wish

@step
def buy(wish: Wish) -> str:
    print("buying it")
    return f"bought {wish.article}"

def flow(id):
    return create_workflow(id=id, input_schema=Wish, output_schema=str)

shopping, direct = flow("shopping").then(ask).then(buy).commit(), flow("direct").then(buy).commit()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said."""

    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the result as JSON."""
        assert self.out, self.err
        return json.loads(self.out)


async def start(
    folder: Path, *words: str, given: bool = False, program: Sequence[str] = PROGRAM
) -> asyncio.subprocess.Process:
    """Start a command in a folder; with standard input when something is given on it."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *program, *words, cwd=folder, env=environment(), stdin=pipe if given else null, stdout=pipe, stderr=pipe
    )


async def end(process: asyncio.subprocess.Process, given: str | None = None) -> Said:
    """Wait for a command's end and return what it said."""
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate(None if given is None else given.encode())
    finally:
        if process.returncode is None:
            process.kill()
    return Said(code=process.returncode, out=out.decode(), err=err.decode())


async def command(folder: Path, *words: str, given: str | None = None, program: Sequence[str] = PROGRAM) -> Said:
    """Run a command to its end and return what it said."""
    return await end(await start(folder, *words, given=given is not None, program=program), given)
