"""A playground without pages: the hub of the channel layer, the database, and worker processes on the user's files."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from textwrap import dedent

from engine.journal.state import RunState
from playground.actions import actions
from playground.fleet import workers
from playground.layers import LocalLayer
from playground.live import nudges
from playground.supervisor import worker_command
from playground.supervisor.child import Child
from tests.patience import PATIENCE


class Yard:
    """Starts and ends worker processes, and waits for what they do."""

    def __init__(self, folder: Path, layer: LocalLayer) -> None:
        self.folder = folder
        self._layer = layer
        self._ends: dict[str, asyncio.Task[None]] = {}
        self.living: dict[str, Child] = {}

    def write(self, name: str, code: str) -> str:
        """Write a module of the user's; return its path."""
        path = self.folder / name
        path.write_text(dedent(code))
        return str(path)

    async def start(self, *modules: str, until: str = "ready") -> Child:
        """Start a worker process and wait until it takes runs."""
        worker_id = f"w{len(self._ends) + 1}"
        child = await Child.start(
            worker_id=worker_id,
            command=lambda fd: worker_command(fd, modules),
            layer=self._layer,
            show=lambda chunk: None,
        )
        self.living[worker_id] = child
        self._ends[worker_id] = asyncio.create_task(self._see_off(child))
        await self.until(lambda: self._is(worker_id, until))
        assert until == "ended" or worker_id in self.living, f"worker {worker_id} ended before it was {until}"
        return child

    async def gone(self, child: Child) -> None:
        """Wait for the end of a process."""
        await asyncio.wait_for(asyncio.shield(self._ends[child.worker_id]), PATIENCE)

    async def kill(self, child: Child) -> None:
        """End a process with SIGKILL and wait for its end."""
        child.kill()
        await self.gone(child)

    async def run(self, run_id: str, condition: Callable[[RunState], object]) -> RunState:
        """Wait until a run fulfils a condition, and return it."""
        async with asyncio.timeout(PATIENCE), nudges.watching(nudges.run_group(run_id)) as watch:
            while not condition(state := await actions.state_of(run_id)):
                await watch.moved()
        return state

    async def ended(self, run_id: str) -> RunState:
        """Wait until a run has ended, and return it."""
        return await self.run(run_id, lambda state: state.ended)

    async def until(self, condition: Callable[[], Awaitable[object]]) -> None:
        """Wait until a question about workers or the catalogue is answered with yes."""
        async with asyncio.timeout(PATIENCE), nudges.watching(nudges.CATALOGUE) as watch:
            while not await condition():
                await watch.moved(0.5)

    async def close(self) -> None:
        """End all processes."""
        for child in list(self.living.values()):
            child.kill()
        await asyncio.gather(*self._ends.values())
        await self._layer.close()

    async def _is(self, worker_id: str, status: str) -> bool:
        found = {one.worker_id: one.status for one in await workers.listing()}
        return found.get(worker_id) == status or worker_id not in self.living

    async def _see_off(self, child: Child) -> None:
        end = await child.wait()
        del self.living[child.worker_id]
        await workers.record_exit(end.worker_id, end.code, end.tail, asked=end.asked)
