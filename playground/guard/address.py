"""Where the playground listens, and by which names a browser may call it."""

import errno
import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass, replace

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:(?P<port>[1-9][0-9]{0,4}))?")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AddressError(Exception):
    """The address cannot be served. Choose another with --host and --port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host and port to listen on."""

    host: str
    port: int
    extra: Collection[str] = ()  # further names, of a proxy or tunnel; with a port only that one, else the own port

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_everywhere(self) -> bool:
        """Whether it stands for all addresses of the machine."""
        return self.host in {"0.0.0.0", "::", ""}

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        name = "localhost" if self.is_loopback or self.is_everywhere else bracketed(self.host)
        return f"http://{name}:{self.port}" if self.port != 80 else f"http://{name}"

    def at(self, port: int) -> "Address":
        """Return the same host with another port."""
        return replace(self, port=port)

    def knows(self, host: str) -> bool:
        """Whether a Host header names this address.

        The port counts: another server on localhost is another site. On a wildcard address any literal address will do,
        as only a name can be bound to a foreign address after a page was loaded from it (DNS rebinding).
        """
        match = HOST.fullmatch(host.lower())
        if match is None:
            return False
        name, port = match["name"], int(match["port"] or 80)
        if self.is_extra(host):
            return True
        return port == self.port and (name in self._names or (self.is_everywhere and is_literal(name)))

    def is_extra(self, host: str) -> bool:
        """Whether a Host header is, letter for letter, one of the further names."""
        return host.lower() in {name.lower() for name in self.extra}

    @property
    def _names(self) -> frozenset[str]:
        """The names under which it is called with its own port."""
        return LOOPBACK_NAMES | {bracketed(self.host).lower(), *(name.lower() for name in self.extra)}


def bracketed(host: str) -> str:
    """Return a host as URLs write it."""
    return f"[{host}]" if ":" in host else host


def is_literal(name: str) -> bool:
    """Whether a name is an IP address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def listen(address: Address) -> socket.socket:
    """Return a socket that is bound to the address; raise AddressError when that is impossible."""
    try:
        family, _, _, _, place = socket.getaddrinfo(address.host or None, address.port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise AddressError(f"There is no address {address.host!r}: {error}. Choose another with --host.") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise AddressError(_why(address, error)) from error
    return sock


def _why(address: Address, error: OSError) -> str:
    """Say why an address cannot be bound, and what to do."""
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {address.port} is taken, perhaps by another playground. End that one, or choose another port "
                f"with --port {address.port + 1}."
            )
        case errno.EACCES:
            return f"Port {address.port} needs rights that this user does not have. Choose one above 1023 with --port."
        case _:
            return f"{address.host} port {address.port} cannot be served: {error}. Choose another with --host."
