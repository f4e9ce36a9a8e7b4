"""Which addresses a webhook may reach (server-side request forgery).

The address is looked at where the connection is made, after its name was resolved: a name that is harmless when asked
and leads inside when connected to gets nowhere. Redirects are not followed at all.
"""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

AddressInfo = tuple[Any, ...]
"""Family, type, protocol, canonical name and socket address, as `socket.getaddrinfo` gives them."""


class ForbiddenAddress(OSError):
    """An address that no webhook of these settings may reach."""


def guarded_sockets(*, internal: bool) -> Callable[[AddressInfo], socket.socket]:
    """A maker of sockets, for `aiohttp.TCPConnector`, that makes none for forbidden addresses.

    Args:
        internal: Whether addresses of the own network, and of this machine, may be reached.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        require_reachable(address[0], internal=internal)
        return socket.socket(family, kind, protocol)

    return make


def require_reachable(address: str, *, internal: bool) -> None:
    """Let an address pass.

    Raises:
        ForbiddenAddress: It is nobody's, or a machine's own (as clouds' metadata services are), or it is within the
            own network and that is not allowed.
    """
    found = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if found.is_link_local or found.is_multicast or found.is_unspecified or _reserved(found):
        raise ForbiddenAddress("its address is link-local, reserved or nobody's: no webhook goes there")
    if not found.is_global and not internal:
        raise ForbiddenAddress(
            "its address is within your own network: set `internal: true` for this webhook if that is meant"
        )


def _unwrapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, or translated (NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _reserved(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_reserved and not address.is_loopback  # ::1 counts as reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
