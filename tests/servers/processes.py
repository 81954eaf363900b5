"""Servers as processes of the tests: as an unprivileged user, on loopback, ended with the tests whatever happens."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2): the signal that a process gets when its parent is gone."""

# The kernel takes the thread that starts a process for its parent, so this one must stay as long as the tests.
_STARTER = ThreadPoolExecutor(1, "server-starter")


def account(*names: str) -> pwd.struct_passwd | None:
    """Return the first of some accounts that exists when the tests are root's, as whom servers refuse to run."""
    known = {one.pw_name: one for one in pwd.getpwall()} if os.geteuid() == 0 else {}
    return next((known[name] for name in names if name in known), None)


def give(owner: pwd.struct_passwd | None, *paths: Path) -> None:
    """Give files to an account."""
    for path in paths if owner is not None else ():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def spawn(
    words: Sequence[str | Path],
    *,
    owner: pwd.struct_passwd | None,
    folder: Path,
    log: int,
    env: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process in a folder, as an account, whose output goes into a log."""
    return _STARTER.submit(
        subprocess.Popen,
        words,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    ).result()


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGQUIT)
