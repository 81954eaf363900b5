"""The folder in which a playground keeps its database."""

from pathlib import Path


def prepare_home(database: str | Path) -> None:
    """Make the folder of the database file, and keep it out of the user's version control.

    Only a folder that is made here gets the ignore file: one that was there before belongs to someone else.
    """
    folder = Path(database).resolve().parent
    if folder.exists():
        return
    folder.mkdir(parents=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
