"""``python -m playground.worker.inspection --fd N``: imports modules once, and writes what they hold to a descriptor.

A line of JSON each: ``{"importing": module}`` before each module, and at the end ``{"workflows": […], "problems":
[…]}``; or, when it takes too long, ``{"hangs": …}``, which says where.
"""

import argparse
import os
import sys
import threading
from dataclasses import asdict
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from playground.catalogue.problems import ImportProblem  # noqa: E402  Django must be set up first.
from playground.store.rows import to_text  # noqa: E402
from playground.worker.heartbeat import where  # noqa: E402
from playground.worker.loading.discovery import discover, site  # noqa: E402
from playground.worker.loading.environment import load_env_file  # noqa: E402


def main() -> None:
    """Import, write, and end at once, whatever the modules have started."""
    arguments = _arguments()
    lock = threading.Lock()

    def write(line: dict[str, Any]) -> None:
        with lock, open(arguments.fd, "w", closefd=False) as out:
            out.write(f"{to_text(line)}\n")

    def give_up() -> None:
        place = where(sys._current_frames().get(threading.main_thread().ident or 0), arguments.seconds)
        write({"hangs": asdict(place)})
        os._exit(1)

    limit = threading.Timer(arguments.seconds, give_up)
    limit.daemon = True
    limit.start()
    modules = site(arguments.modules, settings.STEPYARD.workflows)
    load_env_file(settings.STEPYARD.env_file)
    without = {module: ImportProblem(module=module, type="LeftOut", message="") for module in arguments.without}
    discovery = discover(modules, lambda module: write({"importing": module}), without)
    limit.cancel()
    entries = [asdict(found.entry) for found in discovery.found]
    problems = [asdict(problem) for problem in discovery.problems]
    write({"modules": list(modules), "workflows": entries, "problems": problems})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.worker.inspection", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files, folders or dotted names that hold workflows")
    parser.add_argument("--fd", type=int, required=True, help="the inherited descriptor to write to")
    parser.add_argument("--without", action="append", default=[], help="a module that is not imported")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long the modules may be imported")
    return parser.parse_args()


if __name__ == "__main__":
    main()
