"""Offers a running playground to a coding agent, over the Model Context Protocol."""

import argparse
from importlib.metadata import version
from urllib.parse import urlsplit

from django.core.management.base import CommandParser

from playground.agents.http_api import Api
from playground.commandline.exit_codes import CommandRefused, Exit
from playground.commandline.options import add_options
from playground.commandline.runs_command import Options, RunsCommand

try:
    from playground.agents.protocol import server_of
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] != "mcp":
        raise
    server_of = None  # type: ignore[assignment]  # said when it is used, since the help needs it not


class Command(RunsCommand):
    """Serve tools over stdio."""

    help = (
        "Offer a running playground as tools to a coding agent, over stdin and stdout; the agent starts this command. "
        "It needs the extra: pip install 'stepyard[mcp]'."
    )
    uses_database = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Take where the playground is."""
        parser.add_argument(
            "--url", metavar="URL", type=_url, help="the playground (that on this machine, at the port that is set)"
        )
        add_options(parser, only=("--port", "--token"))

    async def work(self, options: Options) -> Exit:
        """Serve until the agent closes stdin."""
        if server_of is None:
            raise CommandRefused("the SDK of the protocol is not installed: pip install 'stepyard[mcp]'", Exit.WRONG)
        url = options["url"] or f"http://localhost:{self.configuration.port}"
        server = server_of(Api(url=url, token=self.configuration.token), version("stepyard"))
        await server.run_stdio_async()
        return Exit.DONE


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError(f"expected an address such as http://localhost:4111, and is {text!r}")
    return text.rstrip("/")
