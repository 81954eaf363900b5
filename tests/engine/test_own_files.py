"""Whose file an error came from: a file of the distribution is never the user's place."""

import sysconfig
from pathlib import Path

import pytest

import engine
from engine.failure import describe

ROOT = Path(engine.__file__).parents[1]


@pytest.mark.parametrize(
    ("file", "is_users"),
    [
        (ROOT / "engine" / "runs" / "starts.py", False),
        (ROOT / "playground" / "worker" / "admission.py", False),
        (ROOT / "playground" / "management" / "commands" / "run.py", False),
        (ROOT / "playground" / "examples" / "weather.py", True),
        (Path("/home/ada/shop/playground/flows.py"), True),
        (Path("/home/ada/shop/engine.py"), True),
        (ROOT / "engine_flows.py", True),
        (ROOT / "playground_flows.py", True),
        (Path(f"{sysconfig.get_path('stdlib')}-flows") / "orders.py", True),
    ],
    ids=str,
)
def test_a_file_of_the_distribution_is_not_the_users(file: Path, is_users: bool) -> None:
    """In a clone too; the examples are as a user's code, and so is a user's folder of the same name."""
    with pytest.raises(RuntimeError) as caught:
        exec(compile("raise RuntimeError", str(file), "exec"))  # noqa: S102
    users = {frame["file"] for frame in describe(caught.value)["traceback"] if frame["user"]}
    assert (str(file) in users) is is_users
