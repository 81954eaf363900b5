"""What `run`, `resume`, `retry` and others have in common: a request is recorded, and the run is waited for."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from django.core.management.base import CommandParser

from engine.journal.state import RunState
from playground.commandline.command_input import existing
from playground.commandline.exit_codes import CommandRefused, Exit
from playground.commandline.following import code_of_run, follow
from playground.commandline.options import add_options
from playground.commandline.own_worker import OwnWorker, own_worker
from playground.commandline.progress import Progress
from playground.commandline.run_report import next_steps, run_json, run_text
from playground.commandline.runs_command import Options, RunsCommand
from playground.history import History


class ExecutingCommand(RunsCommand):
    """Records a request and waits for the run, with a worker of its own if there is no other."""

    makes_database = True

    def add_execution(self, parser: CommandParser) -> None:
        """Take who executes the run, and how it is waited for."""
        parser.add_argument(
            "modules",
            nargs="*",
            default=(),
            metavar="MODULES",
            help="files or dotted names that hold the workflow, for when no playground runs; those of the last time "
            "when left out",
        )
        add_options(parser, only=("--env-file",))
        parser.add_argument("--watch", action="store_true", help="tell on stderr what happens, step by step")
        parser.add_argument(
            "--timeout", metavar="SECONDS", type=seconds_of, help="give up waiting after so many seconds"
        )

    async def carry_out(
        self, run_id: str, workflow_id: str, record: Callable[[], Awaitable[None]], options: Options, *, seen: int = 0
    ) -> Exit:
        """Record a request, wait until the run rests, and write what it has come to."""
        existing(options["modules"], self.configuration)
        progress = Progress(watched=options["watch"], width=self.width)
        recorded, worker = False, None
        try:
            made = own_worker(run_id, options["modules"], progress, self.configuration)
            async with made as worker, asyncio.timeout(options["timeout"]):
                await worker.ensure(workflow_id)
                if options["modules"] and not worker.own:
                    self.say(f"A worker of a running playground holds {workflow_id} and takes the run.")
                await record()
                recorded = True
                history = await follow(run_id, progress, own_worker=worker, seen=seen)
        except (asyncio.CancelledError, CommandRefused, TimeoutError) as error:
            if recorded and worker is not None:
                self.say(self._left(run_id, worker))
            if isinstance(error, TimeoutError):
                what = f"run {run_id} did not end" if recorded else f"nobody could take a run of {workflow_id}"
                raise CommandRefused(f"{what} within {options['timeout']:g} s.", Exit.UNAVAILABLE) from None
            raise
        return await self._tell(history, worker)

    async def _tell(self, history: History, worker: OwnWorker) -> Exit:
        def command(*words: str) -> str:
            return self.command(*words, modules=tuple(worker.given))

        run = history.run
        self.give(await run_json(history) if self.as_json else None, await run_text(history, command))
        if self.as_json and not run.ended:
            self.say(await next_steps(history, command))
        if _refused_later(run):
            self.say(f"{self.name}: the value was refused by the workflow's own code.")
            return Exit.WRONG
        return code_of_run(run)

    def _left(self, run_id: str, worker: OwnWorker) -> str:
        """Say what becomes of a run that is not waited for any more."""
        if worker.own:
            modules = tuple(worker.given)
            first = (
                f"Run {run_id} stops here, since the worker of this command ends with it. It goes on after its last "
                f"finished step as soon as a playground runs: {self.command('dev', modules=modules)}"
            )
        else:
            first = f"Run {run_id} goes on in the running playground."
        return "\n".join(
            [first, f"See it: {self.command('show', run_id)}", f"Cancel it: {self.command('cancel', run_id)}"]
        )


def _refused_later(run: RunState) -> bool:
    """Tell whether a value that the JSON Schema let through was refused by the code: by a step, or before the first."""
    if run.status == "failed":
        return not run.root.children and (run.error or {}).get("type") == "InvalidInput"
    return any(step.rejected is not None for step in run.suspended)


def seconds_of(text: str) -> float:
    """Read a number of seconds that an option gives."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 10**9:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, and is {text!r}")
    return seconds
