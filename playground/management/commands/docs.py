"""Finds words in the documentation."""

from django.core.management.base import CommandParser

from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand
from playground.handbook import lookup


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
            self.give({"index": lookup.index()}, lookup.index())
            return Exit.DONE
        found = lookup.find(" ".join(options["words"]))
        self.give([{"page": one.page, "heading": one.heading, "text": one.text} for one in found], lookup.told(found))
        return Exit.DONE if found else Exit.WRONG
