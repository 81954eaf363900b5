"""Shows a run."""

from django.core.management.base import CommandParser

from playground.commandline.base import Options, RunsCommand
from playground.commandline.exits import Exit
from playground.commandline.following import code_of_run, follow
from playground.commandline.progress import Progress
from playground.commandline.report import run_json, whole_text
from playground.history import History
from playground.runpage.loading import load


class Command(RunsCommand):
    """Show a run."""

    help = "Show a run: its steps, and its result, its error or what it waits for."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take which run."""
        parser.add_argument("run_id", metavar="RUN", help="the run's id")
        parser.add_argument(
            "--watch",
            action="store_true",
            help="tell on stderr what happens until the run ends or waits for a person, and exit as `run` does",
        )

    async def work(self, options: Options) -> Exit:
        """Read the journal."""
        if options["watch"]:
            history = await follow(options["run_id"], Progress(watched=True, width=self.width))
            await self._give(history)
            return code_of_run(history.run)
        await self._give((await load(options["run_id"])).history)
        return Exit.DONE

    async def _give(self, history: History) -> None:
        if self.as_json:
            self.give(await run_json(history), "")
        else:
            self.give(None, await whole_text(history, self.command))
