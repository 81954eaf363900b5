"""Addresses: which are safe, what they are called, and why one cannot be had."""

import socket

import pytest

from playground.guard.address import Address, AddressError, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_only_this_machine_reaches_loopback(host: str) -> None:
    """Loopback addresses need no token."""
    assert Address(host=host, port=4111).is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "localhost.example", "128.0.0.1"])
def test_every_other_address_is_reached_from_outside(host: str) -> None:
    """What is not surely loopback is treated as open."""
    assert not Address(host=host, port=4111).is_loopback


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", 4111, "http://localhost:4111"),
        ("0.0.0.0", 4111, "http://localhost:4111"),
        ("192.168.1.7", 80, "http://192.168.1.7"),
        ("fd00::1", 4111, "http://[fd00::1]:4111"),
    ],
)
def test_the_url_can_be_opened(host: str, port: int, url: str) -> None:
    """The printed address is one that a browser opens, and that the guard knows."""
    address = Address(host=host, port=port)
    assert address.url == url
    assert address.knows(url.removeprefix("http://"))


def test_a_taken_port_is_explained() -> None:
    """The message says what is taken and what to do."""
    with listen(Address(host="127.0.0.1", port=0)) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(AddressError) as caught:
            listen(Address(host="127.0.0.1", port=port))
    assert str(caught.value) == (
        f"Port {port} is taken, perhaps by another playground. "
        f"End that one, or choose another port with --port {port + 1}."
    )


def test_an_address_of_another_machine_is_explained() -> None:
    """An address that is not ours cannot be bound, and the message names it."""
    with pytest.raises(AddressError, match=r"^192\.0\.2\.1 port 4111 cannot be served: .* with --host\.$"):
        listen(Address(host="192.0.2.1", port=4111))


def test_an_ipv6_address_can_be_served() -> None:
    """The family follows the address."""
    with listen(Address(host="::1", port=0)) as sock:
        assert sock.family == socket.AF_INET6
