"""``python -m playground.worker.inspection --fd N``: imports modules once, and writes what they hold to a descriptor.

A line of JSON each: ``{"importing": module}`` before each module, and at the end ``{"workflows": […], "problems":
[…]}``; or, when it takes too long, ``{"hangs": …}``, which says where.
"""

import argparse
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from playground.catalogue.problems import ImportProblem  # noqa: E402  Django must be set up first.
from playground.worker.heartbeat import where  # noqa: E402
from playground.worker.loading.discovery import site  # noqa: E402
from playground.worker.loading.helper_main import Tell, imported, parser_of, run_and_end  # noqa: E402


def main() -> None:
    """Import, write, and end at once, whatever the modules have started."""
    parser = parser_of("playground.worker.inspection", __doc__)
    parser.add_argument("--without", action="append", default=[], help="a module that is not imported")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long the modules may be imported")
    arguments = parser.parse_args()
    run_and_end(arguments.fd, lambda tell: _inspected(arguments, tell))


def _inspected(arguments: argparse.Namespace, tell: Tell) -> Mapping[str, Any]:
    """Import, and return the last line."""

    def give_up() -> None:
        place = where(sys._current_frames().get(threading.main_thread().ident or 0), arguments.seconds)
        tell({"hangs": asdict(place)})
        os._exit(1)

    limit = threading.Timer(arguments.seconds, give_up)
    limit.daemon = True
    limit.start()
    without = {module: ImportProblem(module=module, type="LeftOut", message="") for module in arguments.without}
    discovery = imported(arguments.modules, tell, without)
    limit.cancel()
    return {
        "modules": list(site(arguments.modules, settings.STEPYARD.workflows)),
        "workflows": [asdict(found.entry) for found in discovery.found],
        "problems": [asdict(problem) for problem in discovery.problems],
    }


if __name__ == "__main__":
    main()
