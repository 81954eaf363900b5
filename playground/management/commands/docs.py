"""Finds words in the documentation."""

from django.core.management.base import CommandParser

from playground.commandline.base import Options, RunsCommand
from playground.commandline.exits import Exit
from playground.handbook import searching


class Command(RunsCommand):
    """Find words."""

    help = "Find words in the documentation, which comes with Stepyard; without words, list its pages."
    uses_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take the words."""
        parser.add_argument("words", nargs="*", metavar="WORDS", help="what the sections are to have")

    async def work(self, options: Options) -> Exit:
        """Find."""
        if not options["words"]:
            self.give({"index": searching.index()}, searching.index())
            return Exit.DONE
        found = searching.find(" ".join(options["words"]))
        self.give(
            [{"page": one.page, "heading": one.heading, "text": one.text} for one in found], searching.told(found)
        )
        return Exit.DONE if found else Exit.WRONG
