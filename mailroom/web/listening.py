"""Where the door listens, how it lets many callers in at once, and how it turns away new ones without losing any."""

import ctypes
import socket
import struct
from contextlib import suppress

from mailroom.contracts.errors import UsageError

ACCEPTED_AT_ONCE = 32
SO_ATTACH_FILTER = 26  # Linux's asm-generic/socket.h; Python does not name it
DROP_NEW_CALLERS = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # the flags of the TCP header
        (0x54, 0, 0, 0x12),  # of them SYN and ACK
        (0x15, 0, 1, 0x02),  # SYN alone opens a connection:
        (0x06, 0, 0, 0),  # drop it
        (0x06, 0, 0, 0xFFFF),  # else let it pass
    )
)
"""A classic BPF program, as the kernel's Documentation/networking/filter.rst describes them."""


def bound(host: str, port: int) -> socket.socket:
    """A socket with its address, not yet listening: what is wrong with the address is known before a model is loaded.

    Args:
        host: An address of this machine; `0.0.0.0` or `::` for all of them.
        port: 0 takes a free one.

    Raises:
        UsageError: Nothing can listen there.
    """
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise UsageError(
            f"nothing can listen at {host}:{port} ({error.strerror}): name another --host or --port"
        ) from error
    return opened


def listeners(opened: socket.socket) -> list[socket.socket]:
    """A socket several times over, so that many callers who come at once are let in at once.

    libuv takes one caller from a listening socket in a turn of the loop: where each turn labels a batch, those who
    come would wait outside for seconds. It takes as many as there are handles.
    """
    return [opened, *(opened.dup() for _ in range(ACCEPTED_AT_ONCE - 1))]


def turn_away(listening: list[socket.socket]) -> None:
    """Let no further caller connect, while those who wait at the door can still be let in.

    Closing a listening socket resets the connections that the kernel has made and nobody has accepted yet, and their
    requests with them. With its openings dropped, a new caller's system tries again a second later, and is then
    refused or comes to another instance.

    Args:
        listening: Sockets of one or several addresses; duplicates do no harm. Only Linux can do it; elsewhere nothing
            happens.
    """
    program = ctypes.create_string_buffer(DROP_NEW_CALLERS, len(DROP_NEW_CALLERS))
    filter_program = struct.pack("HP", len(DROP_NEW_CALLERS) // 8, ctypes.addressof(program))
    for each in listening:
        with suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_program)
