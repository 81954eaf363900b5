"""The scenarios of the examples, played by the plugin of pytest as a user's project has it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

EXAMPLES = Path(__file__).parents[2] / "playground" / "examples"


@pytest.mark.slow
def test_the_scenarios_of_the_examples_pass() -> None:
    """Each file is a test, and each comes to what it expects."""
    words = ["-c", "/dev/null", "--rootdir", str(EXAMPLES), "-o", "stepyard_modules=playground.examples"]
    words += ["-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *words, str(EXAMPLES / "scenarios")]
    played = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=EXAMPLES)
    files = list((EXAMPLES / "scenarios").rglob("*.json"))
    assert f"{len(files)} passed" in played.stdout, played.stdout + played.stderr
