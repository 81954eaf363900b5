"""What the commands have in common that stay: an address to listen on, what they need of a shared database, workers."""

import logging
import signal
import socket
import sys

from django.core.management.base import CommandError
from django.core.management.color import color_style
from django.db import connection

from playground.configuration import Configuration
from playground.fleet.workers import exit_text, record_exit
from playground.guard.address import Address, AddressError, listen
from playground.logs import said
from playground.store.database import DatabaseBusy
from playground.store.upgrading import require_up_to_date
from playground.supervisor import WorkerExit

logger = logging.getLogger("playground.commandline.serving")

WRONG = 2
"""The exit code of a command that lacks what it needs."""


def bind(given: Configuration) -> tuple[Address, socket.socket]:
    """Return the configured address, with its port, and a socket that listens there.

    Raises:
        CommandError: it cannot be had, or other machines reach it and no secret keeps them out.
    """
    address = Address(host=given.host, port=given.port, extra=given.allowed_hosts)
    if not address.is_loopback and not given.token and not given.trusted_proxies:
        raise CommandError(
            f"{address.host} can be reached from other machines, and whoever reaches it can run your code. "
            "Give a secret with --token, name the proxy that says who asks with STEPYARD_TRUSTED_PROXIES, or listen on "
            "127.0.0.1."
        )
    try:
        sock = listen(address)
    except AddressError as error:
        raise CommandError(str(error)) from error
    return address.at(sock.getsockname()[1]), sock


def page(address: Address, token: str) -> str:
    """Return what to open in a browser, with the secret that it has to bring the first time."""
    return f"{address.url}/?token={token}" if token else address.url


def require_shared(command: str, *, secret: str | None = None) -> None:
    """See that the processes of several machines can meet in one database, which has the tables of this version.

    Args:
        command: who asks, as it is typed.
        secret: the key that all of them have to be given, for those who sign something.

    Raises:
        CommandError: something is not set.
        DatabaseNotReady: the database cannot be used, or lacks tables.
    """
    if connection.vendor == "sqlite":
        raise CommandError(
            f"{command} shares its runs with other machines and needs STEPYARD_DATABASE, or --database, such as "
            "postgres://USER:PASSWORD@HOST:5432/NAME. On one machine, `stepyard dev` needs nothing.",
            returncode=WRONG,
        )
    if secret == "":
        raise CommandError(
            f"{command} needs STEPYARD_SECRET_KEY: a long random text, the same for all web processes, so that what "
            "one has signed counts at the others. `python -c 'import secrets; print(secrets.token_urlsafe(50))'` "
            "makes one.",
            returncode=WRONG,
        )
    require_up_to_date()


async def worker_ended(end: WorkerExit, *, log_format: str) -> None:
    """Say in the log how a worker ended, unless that was as it should; have others take its runs over."""
    if end.code not in (0, -signal.SIGTERM) and not end.asked:
        text = f"Worker {end.worker_id} ended: {exit_text(end.code)}."
        line = said(text, log_format, "ERROR")
        print(color_style().ERROR(line) if sys.stderr.isatty() else line, file=sys.stderr)
    try:
        await record_exit(end.worker_id, end.code, end.tail, asked=end.asked)
    except DatabaseBusy as error:
        # On a shared database its silence says so once that is back.
        logger.warning("the end of worker %s could not be recorded: %s", end.worker_id, error)
