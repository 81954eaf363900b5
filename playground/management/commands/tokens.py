"""Lists the tokens of programs."""

from playground.access import api_tokens
from playground.commandline.exit_codes import Exit
from playground.commandline.runs_command import Options, RunsCommand


class Command(RunsCommand):
    """List tokens."""

    help = "List the tokens of programs: whose each is, what it allows, since when."

    async def work(self, options: Options) -> Exit:
        """Read them."""
        found = await api_tokens.listing()
        value = [{"name": one.name, "role": one.role, "createdAt": one.created_at.isoformat()} for one in found]
        lines = [f"{one.name:<24} {one.role:<9} {one.created_at:%Y-%m-%d}" for one in found]
        self.give({"tokens": value}, "\n".join(lines) or f"There is no token. Make one: {self.program} add-token NAME")
        return Exit.DONE
