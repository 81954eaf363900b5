"""What ``stepyard`` says when it is asked for help: its commands, one line each."""

COMMANDS = {
    "dev": "serve the pages, and run the workflows of MODULES",
    "web": "serve the pages alone, over a database that machines share",
    "worker": "run the workflows of MODULES alone, on any machine that shares it",
    "check": "import MODULES and report what is wrong; for CI",
    "test": "play the scenarios of this folder with MODULES; for CI",
    "fuzz": "look for inputs that make a workflow of MODULES fail",
    "list": "list the workflows that were imported last",
    "run": "start a run and wait for it",
    "runs": "list runs",
    "show": "show a run, or watch it",
    "resume": "answer a step that waits for a person",
    "send-event": "send an event that a run waits for",
    "restart": "go on with a run that was interrupted",
    "retry": "try a failed run again, in a new run",
    "fork": "run again from a step on, in a new run",
    "proceed": "have a paused run go on",
    "cancel": "cancel a run",
    "schedules": "list when workflows start by themselves",
    "arm": "have schedules start runs",
    "disarm": "have schedules start no more runs",
    "trigger": "start a run as a schedule would, now",
    "tokens": "list the tokens of programs",
    "add-token": "make a token for a program",
    "revoke-token": "have a token open nothing any more",
    "docs": "find words in the documentation",
    "mcp": "offer a running playground to a coding agent",
    "prune": "delete old runs",
    "migrate": "give a shared database its tables, before a new version is used",
    "backup": "copy the database while it is in use",
    "export": "write a run to a file",
    "import": "bring exported runs back",
}


def overview(program: str) -> str:
    """Return the help."""
    lines = [f"  {name:<12} {text}" for name, text in COMMANDS.items()]
    return "\n".join([f"usage: {program} COMMAND ...", "", *lines, "", f"More on each: {program} COMMAND --help"])
