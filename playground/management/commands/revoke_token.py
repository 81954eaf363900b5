"""Revokes a token of a program."""

from django.core.management.base import CommandParser

from playground.access import api_tokens
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand


class Command(RunsCommand):
    """Revoke a token."""

    help = "Have a token open nothing any more, from the next request on."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take whose it is."""
        parser.add_argument("name", metavar="NAME", help="whose token it is")

    async def work(self, options: Options) -> Exit:
        """Delete it."""
        await api_tokens.revoke(options["name"])
        self.give({"name": options["name"], "revoked": True}, f"The token {options['name']} opens nothing any more.")
        return Exit.DONE
