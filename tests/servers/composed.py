"""What `deploy/compose.yaml` describes, without containers: the same commands and variables, on loopback."""

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.command.commands import PROGRAM
from tests.command.running import ROOT, environment
from tests.patience import PATIENCE
from tests.servers.brokers import RedisServer, broker
from tests.servers.postgres import Postgres
from tests.servers.processes import free_port, spawn

DEPLOY = ROOT / "deploy"
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")
OWN = ("stepyard",)
"""The image of everything that is ours."""


def compose() -> dict[str, Any]:
    """Return the file as it stands."""
    read: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
    return read


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """Return a value of the file with its variables replaced, as compose does."""
    match value:
        case str():
            return VARIABLE.sub(lambda found: given.get(found[1]) or found[2] or "", value)
        case list():
            return [interpolated(one, given) for one in value]
        case dict():
            return {key: interpolated(one, given) for key, one in value.items()}
    return value


@dataclass(slots=True, kw_only=True)
class Composed:
    """The services of the file that are no servers of Debian's, as processes."""

    server: Postgres
    folder: Path
    services: Mapping[str, Any]
    ports: Mapping[str, int]
    """Where each service listens that does."""
    places: Mapping[str, str]
    """What stands for an address of the file."""
    token: str
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def address(self, service: str) -> str:
        """Return where a service listens."""
        return f"http://localhost:{self.ports[service]}"

    def start(self) -> None:
        """Start each service when those are there, or have ended, that it waits for."""
        ours = {name for name, one in self.services.items() if one["image"] in OWN or name == "proxy"}
        order = TopologicalSorter({name: set(self.services[name].get("depends_on", ())) & ours for name in ours})
        for name in order.static_order():
            for needed, how in self.services[name].get("depends_on", {}).items():
                if needed in ours:
                    self._wait(needed, how["condition"])
            self.running[name] = self._begin(name)
        for name in ours - {"migrate"}:
            self._wait(name, "service_healthy")

    def stop(self) -> None:
        """End all of them, as compose does."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            process.wait(PATIENCE)

    def _begin(self, name: str) -> "subprocess.Popen[bytes]":
        service = self.services[name]
        variables = {key: self._placed(value) for key, value in service["environment"].items()}
        if "STEPYARD_PORT" in variables:
            variables["STEPYARD_PORT"] = str(self.ports[name])
        first, *words = service["command"]
        command = [*PROGRAM, *words] if first == "stepyard" else [str(HAPROXY), *words]
        with (self.folder / f"{name}.log").open("wb") as log:
            return spawn(command, owner=None, folder=self.folder, log=log.fileno(), env=environment(**variables))

    def _placed(self, value: str) -> str:
        for written, place in self.places.items():
            value = value.replace(written, place)
        return value

    def _wait(self, name: str, condition: str) -> None:
        process = self.running[name]
        if condition == "service_completed_successfully":
            assert process.wait(PATIENCE) == 0, self._log(name)
            return
        until = time.monotonic() + PATIENCE
        while not self._answers(name):
            assert process.poll() is None, self._log(name)
            assert time.monotonic() < until, self._log(name)
            time.sleep(0.05)

    def _answers(self, name: str) -> bool:
        if name not in self.ports:
            return "Stepyard works" in self._log(name)
        try:
            with urllib.request.urlopen(f"{self.address(name)}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]


@contextmanager
def composed(server: Postgres, folder: Path) -> Iterator[Composed]:
    """Give the services of the file, over a server's new database and a Redis of their own."""
    for name in ("flows.py", "haproxy.cfg"):
        shutil.copy(DEPLOY / name, folder)
    with ExitStack() as stack:
        redis = stack.enter_context(broker(RedisServer))
        ports = {name: free_port() for name in ("web-1", "web-2", "proxy")}
        place = server.new_database().rpartition("/")[2]
        public = f"localhost:{ports['proxy']}"
        secrets = {"POSTGRES_PASSWORD": server.password, "STEPYARD_SECRET_KEY": "a-key", "STEPYARD_TOKEN": "a-token"}
        made = Composed(
            server=server,
            folder=folder,
            services=interpolated(compose()["services"], {**secrets, "POSTGRES_DB": place, "PUBLIC_HOST": public}),
            ports=ports,
            places={
                "postgres:5432": f"127.0.0.1:{server.port}",
                "redis:6379": f"127.0.0.1:{redis.port}",
                "web-1:4111": f"127.0.0.1:{ports['web-1']}",
                "web-2:4111": f"127.0.0.1:{ports['web-2']}",
                ":8080": f"127.0.0.1:{ports['proxy']}",
                "0.0.0.0": "127.0.0.1",
            },
            token=secrets["STEPYARD_TOKEN"],
        )
        stack.callback(made.stop)
        made.start()
        yield made
