"""Which addresses webhooks may reach."""

import socket

import pytest

from departments.delivery.addresses import ForbiddenAddress, guarded_sockets, require_reachable

pytestmark = pytest.mark.security

NOBODYS = [
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "0.0.0.0",  # noqa: S104
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
]
INSIDE = ["127.0.0.1", "::1", "10.0.0.5", "172.16.3.4", "192.168.1.1", "100.64.0.1", "fd00::1"]
DISGUISED = ["::ffff:127.0.0.1", "::ffff:a00:5", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::"]


@pytest.mark.parametrize("address", [*NOBODYS, *INSIDE, *DISGUISED])
def test_a_webhook_outside_reaches_nothing_inside(address: str) -> None:
    """Nor a cloud's metadata, nor an IPv4 address that an IPv6 one hides."""
    with pytest.raises(ForbiddenAddress):
        require_reachable(address, internal=False)


@pytest.mark.parametrize("address", [*NOBODYS, "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"])
def test_a_webhook_inside_reaches_no_metadata_either(address: str) -> None:
    """`internal` means machines of the own network, not those that are a machine's own."""
    with pytest.raises(ForbiddenAddress):
        require_reachable(address, internal=True)


@pytest.mark.parametrize("address", [*INSIDE, "::ffff:10.0.0.5"])
def test_a_webhook_inside_reaches_its_own_network(address: str) -> None:
    """And this machine."""
    require_reachable(address, internal=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_what_is_public_is_reached(address: str) -> None:
    """By either kind."""
    require_reachable(address, internal=False)
    require_reachable(address, internal=True)


def test_no_socket_is_made_for_what_is_forbidden() -> None:
    """The address is judged where the connection is made."""
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))
    with pytest.raises(ForbiddenAddress, match="internal: true"):
        guarded_sockets(internal=False)(info)
    guarded_sockets(internal=True)(info).close()
