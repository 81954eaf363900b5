"""Serves the tools over stdio with the official SDK, which is an extra: only the command that serves loads this."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from playground.agents.http_api import Api, CallFailed
from playground.agents.tools import Tools

INSTRUCTIONS = """\
Stepyard runs workflows of typed Python steps. The user's code is in files of this project; the playground imports it
again whenever a file is saved. A way of work that helps: what_is_broken; start_run or read_run of a failed run; edit
the file that the error names; retry_run, which goes on from the failed step with the code as it is now; save_scenario
of a run that came out right, and run_scenarios after each change. Runs are named by their ids."""


def server_of(api: Api, version: str) -> MCPServer[Any]:
    """Return the server of a playground's tools.

    Args:
        api: the playground's API.
        version: of Stepyard.
    """
    tools, server = (
        Tools(api),
        MCPServer[Any]("stepyard", instructions=INSTRUCTIONS, version=version, log_level="ERROR"),
    )
    for tool in (*tools.reading, *tools.changing):
        notes = ToolAnnotations(read_only_hint=tool in tools.reading, open_world_hint=False)
        server.add_tool(_told(tool), annotations=notes, structured_output=False)
    return server


def _told(tool: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[str]]:
    """Return a tool whose refusals are told to whoever uses it."""

    @wraps(tool)
    async def call(*args: Any, **named: Any) -> str:
        try:
            return await tool(*args, **named)
        except CallFailed as error:
            raise ToolError(str(error)) from error

    return call
