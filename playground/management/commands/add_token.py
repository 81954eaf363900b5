"""Makes a token for a program."""

from django.core.management.base import CommandParser

from playground.access import api_tokens
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand
from playground.guard.callers import Role


class Command(RunsCommand):
    """Make a token."""

    help = "Make a token for a program, which sends it as Authorization: Bearer TOKEN. It is shown this once."
    makes_database = True

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take whose it is and what it allows."""
        parser.add_argument("name", metavar="NAME", help="whose it is; what it does is recorded under this name")
        parser.add_argument(
            "--role",
            choices=[str(role) for role in Role],
            default=str(Role.VIEWER),
            help="what it allows: metrics reads /metrics, viewer reads everything (the default), operator changes",
        )

    async def work(self, options: Options) -> Exit:
        """Record it, and show it."""
        name, role = options["name"].strip(), Role(options["role"])
        token = await api_tokens.add(name, role)
        self.give({"name": name, "role": role, "token": token}, token)
        return Exit.DONE
