"""A Redis and a RabbitMQ of the tests' own, which can be killed and started again where they were."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.servers.processes import account, free_port, give, spawn

"""For how long a server may take to start."""
PAUSE = 0.05
RABBIT = "/usr/sbin/rabbitmq-server"


class Broker:
    """A server that can be killed and started again."""

    name: str
    """The name of its Debian package, and of its account."""

    def __init__(self) -> None:
        """Make its folder."""
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"stepyard-{self.name}-"))
        self._owner = account(self.name.removesuffix("-server"), "nobody")
        give(self._owner, self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where it is."""
        raise NotImplementedError

    def words(self) -> Sequence[str]:
        """Return how it is called."""
        raise NotImplementedError

    def variables(self) -> Mapping[str, str]:
        """Return its environment."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def start(self) -> None:
        """Start it and return when it answers."""
        assert self._process is None
        self._process = self._spawn(self.words())
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            time.sleep(PAUSE)

    def kill(self) -> None:
        """End it like a machine that loses power."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)
            self._process = None

    def remove(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, words: Sequence[str]) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            return spawn(words, owner=self._owner, folder=self.folder, log=log.fileno(), env=self.variables())

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
                probe.sendall(self.greeting)
                return bool(probe.recv(1))
        except OSError:
            return False

    greeting: bytes
    """What it answers something to, once it is there."""


class RedisServer(Broker):
    """A Redis that keeps nothing on disk."""

    name = "redis-server"
    greeting = b"PING\r\n"

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def words(self) -> Sequence[str]:
        """Return how it is called."""
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [str(shutil.which("redis-server")), *place, "--save", "", "--appendonly", "no", "--daemonize", "no"]


class RabbitServer(Broker):
    """A RabbitMQ, with the daemon of Erlang's that tells the ports of its nodes."""

    name = "rabbitmq-server"
    greeting = b"AMQP\x00\x00\x09\x01"

    def __init__(self) -> None:
        """Start the daemon, which a broker would else leave behind."""
        super().__init__()
        self._ports = (free_port(), free_port())
        self._daemon = self._spawn([str(shutil.which("epmd")), "-address", "127.0.0.1", "-port", str(self._ports[0])])

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def words(self) -> Sequence[str]:
        """Return how it is called."""
        return [RABBIT]

    def variables(self) -> Mapping[str, str]:
        """Return an environment in which it finds nothing of the machine's own."""
        return {
            **super().variables(),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._ports[1]),
            "RABBITMQ_MNESIA_BASE": f"{self.folder}/data",
            "RABBITMQ_LOG_BASE": f"{self.folder}/logs",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.folder}/plugins",
            "RABBITMQ_CONF_ENV_FILE": f"{self.folder}/none",
            "RABBITMQ_CONFIG_FILE": f"{self.folder}/none",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._ports[0]),
        }

    def remove(self) -> None:
        """End it and its daemon."""
        self.kill()
        self._daemon.kill()
        self._daemon.wait()
        super().remove()


def missing(kind: type[Broker]) -> bool:
    """Tell whether a server is not installed."""
    return shutil.which(RABBIT if kind is RabbitServer else "redis-server") is None


@contextmanager
def broker(kind: type[Broker]) -> Iterator[Broker]:
    """Give a server that runs."""
    with ExitStack() as undo:
        made = kind()
        undo.callback(made.remove)
        made.start()
        yield made
