"""Shows a run."""

from django.core.management.base import CommandParser

from playground.commandline.command_input import RUN, meant
from playground.commandline.exit_codes import Exit
from playground.commandline.following import code_of_run, follow
from playground.commandline.progress import Progress
from playground.commandline.run_report import run_json, whole_text
from playground.commandline.runs_command import Options, RunsCommand
from playground.history import History
from playground.runpage.loaded_run import Loaded, load, reasons_of


class Command(RunsCommand):
    """Show a run."""

    help = "Show a run: its steps, and its result, its error or what it waits for."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help=RUN)
        parser.add_argument(
            "--watch",
            action="store_true",
            help="tell on stderr what happens until the run ends or waits for a person, and exit as `run` does",
        )

    async def work(self, options: Options) -> Exit:
        """Read the journal."""
        run_id = await meant(options["run_id"])
        if options["watch"]:
            history = await follow(run_id, Progress(watched=True, width=self.width))
            await self._give(history)
            return code_of_run(history.run)
        loaded = await load(run_id)
        await self._give(loaded.history)
        await self._tell_hold(loaded)
        if loaded.history.run.status == "failed":
            self.say(f"Try it again: {self.command('retry', run_id)}")
        return Exit.DONE

    async def _tell_hold(self, loaded: Loaded) -> None:
        """Say why no worker goes on with the run, if none does, and how to go on."""
        held = await reasons_of(loaded)
        if by_workers := [one.text for one in held if one.kind == "worker"]:
            run = loaded.history.run
            self.say(f"Run {run.run_id}: {'; '.join(by_workers)}.")
            # A run that waits goes on by itself when the code is back: to take it from somebody changes nothing.
            if run.has_input and run.status in ("pending", "running"):
                self.say(f"Go on with it: {self.command('restart', run.run_id)}")
            elif loaded.outdated and not run.ended:
                self.say(f"Fork it: {self.command('fork', run.run_id, 'STEP')}")

    async def _give(self, history: History) -> None:
        if self.as_json:
            self.give(await run_json(history), "")
        else:
            self.give(None, await whole_text(history, self.command))
