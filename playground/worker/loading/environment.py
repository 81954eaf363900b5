"""The variables of the file that the command names, for the user's code."""

from pathlib import Path

from dotenv import load_dotenv


def load_env_file(file: Path | None) -> None:
    """Set the variables of a file, if one is named; what the environment has already stays as it is.

    The settings are made by now, so the file has no say in how the playground itself works.
    """
    if file is not None:
        load_dotenv(file, override=False)
