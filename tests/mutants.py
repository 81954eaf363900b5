"""Runs mutmut for so many minutes; what it has found is kept, and the next call goes on with what is left."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run mutmut, interrupt it when the time is over, and return the code to end with."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--minutes", type=float, required=True, help="for how long")
    parser.add_argument("names", nargs="*", help="mutants, with stars: 'engine.journal.refs*'; all of them if left out")
    given = parser.parse_args()
    running = subprocess.Popen([str(Path(sys.executable).with_name("mutmut")), "run", *given.names])
    try:
        return running.wait(given.minutes * 60)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGINT)
        running.wait()
        print(f"{given.minutes:g} minutes are over: the next call goes on with what is left.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
