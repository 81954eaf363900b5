"""The folder of the database."""

from pathlib import Path

from playground.commandline.data_folder import prepare_home


def test_a_new_folder_is_kept_out_of_version_control(tmp_path: Path) -> None:
    """The folder is made with everything in it ignored."""
    prepare_home(tmp_path / "a" / ".stepyard" / "playground.sqlite3")
    assert (tmp_path / "a" / ".stepyard" / ".gitignore").read_text() == "*\n"


def test_a_folder_of_the_users_is_left_alone(tmp_path: Path) -> None:
    """Where a folder was there before, nothing is added."""
    prepare_home(tmp_path / "playground.sqlite3")
    assert not list(tmp_path.iterdir())
