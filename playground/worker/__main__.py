"""``python -m playground.worker --layer-fd N [MODULES…]``: one worker process, started by the supervisor."""

import argparse
import asyncio
import io
import os
import secrets
import signal
import sys
import traceback
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from channels.layers import get_channel_layer  # noqa: E402  Django must be set up first.
from django.conf import settings  # noqa: E402

from playground.fleet.workers import restricted  # noqa: E402
from playground.layers import LocalLayer  # noqa: E402
from playground.queues import port  # noqa: E402
from playground.store.database import be_patient  # noqa: E402
from playground.traces.port import traces  # noqa: E402
from playground.worker.heartbeat import Heartbeat  # noqa: E402
from playground.worker.loading.discovery import discover, site  # noqa: E402
from playground.worker.loading.environment import load_env_file  # noqa: E402
from playground.worker.loading.fatal_modules import fatal_modules  # noqa: E402
from playground.worker.observing.log_context import add_to_log  # noqa: E402
from playground.worker.observing.observer import Observing  # noqa: E402
from playground.worker.parent_watch import end_with_parent  # noqa: E402
from playground.worker.worker import Worker  # noqa: E402
from playground.worker.worker_row import OwnRow  # noqa: E402

# Seconds for which a worker waits for the database; giving up would interrupt steps that have done nothing wrong.
PATIENCE = 600.0


def main() -> None:
    """Import the user's code, then work until told to stop."""
    given = settings.STEPYARD
    be_patient(PATIENCE)
    add_to_log()
    arguments = _arguments()
    if arguments.layer_fd is not None:
        end_with_parent(arguments.layer_fd)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A step that ends the process would take with it what it has just printed.
        sys.stdout.reconfigure(line_buffering=True)
    worker_id = arguments.id or given.worker_id or f"worker-{secrets.token_hex(4)}"
    modules = site(arguments.modules, given.workflows)
    row = OwnRow(worker_id, given.host_name)
    row.create(restricted(modules, arguments.only), since=arguments.since)
    workers: list[Worker] = []
    observing = Observing()
    pulse = Heartbeat(worker_id, lambda: workers[0].running() if workers else (), observing.figures)
    pulse.start()

    def importing(module: str) -> None:
        pulse.turned()
        row.importing(module)

    load_env_file(given.env_file)
    # Before the event loop runs, since a module may want to run one of its own.
    discovery = discover(modules, importing, fatal_modules(given.worker_died, needed=given.worker_after))
    # After the user's code, which may have something of its own that makes traces.
    observing.trace(traces())
    workers.append(
        Worker(
            worker_id=worker_id,
            site=modules,
            discovery=discovery,
            row=row,
            pulse=pulse,
            limit=given.concurrent_runs,
            grace=arguments.grace,
            env_file=given.env_file,
            after=given.worker_after,
            only=arguments.only,
            arms=given.schedules,
            host=port.host(),
            queues=given.queues,
            observer=observing,
        )
    )
    _work(workers[0], arguments.layer_fd)
    pulse.stop()
    observing.close()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads in which steps still run, and what a step left behind, must not keep the process.
    os._exit(0)


def _work(worker: Worker, layer_fd: int | None) -> None:
    """Work until told to stop.

    What a task of the user's raises to end the program goes through the event loop. The process dies of it there and
    then, as of ``os._exit``: an orderly end would hand the runs back as if nobody were to blame, to the next worker,
    and so on without end.
    """
    with asyncio.Runner() as runner:
        try:
            runner.run(_until_told(worker, layer_fd))
        except (KeyboardInterrupt, SystemExit) as error:
            traceback.print_exception(error, limit=-2)
            sys.stderr.flush()
            os._exit(1)


async def _until_told(worker: Worker, layer_fd: int | None) -> None:
    layer = get_channel_layer()
    if layer_fd is not None and isinstance(layer, LocalLayer):
        await layer.join(layer_fd)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, worker.stop)
    await worker.run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.worker", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files, folders or dotted names that hold workflows")
    parser.add_argument("--layer-fd", type=int, help="the inherited end of the channel layer's socket pair")
    parser.add_argument("--grace", type=float, default=0.0, help="seconds for which runs go on when told to end")
    parser.add_argument("--since", type=datetime.fromisoformat, help="when the command was started that keeps it")
    parser.add_argument("--id", help="the worker's id")
    parser.add_argument("--only", metavar="RUN", help="the one run that it may execute")
    return parser.parse_args()


if __name__ == "__main__":
    main()
