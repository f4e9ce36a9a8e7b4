"""Loopback ports: free ones, and the same ones again after a restart."""

import json
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.files import write_atomically

LOOPBACK = "127.0.0.1"


class PortTaken(MailroomError):
    """A port that was asked for by number belongs to another program."""


def is_free(port: int) -> bool:
    """Whether a server could listen on a loopback port now."""
    with socket.socket() as probe:
        # As the JVM does: a port whose last connections are still fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def is_open(port: int, timeout_seconds: float = 0.5) -> bool:
    """Whether something listens on a loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False


def any_free() -> int:
    """A port that was free a moment ago, chosen by the system."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def choose(
    names: Sequence[str],
    remembered: Mapping[str, int],
    fixed: Mapping[str, int],
    *,
    free: Callable[[int], bool] = is_free,
    fresh: Callable[[], int] = any_free,
) -> dict[str, int]:
    """Give each name a port: the fixed one, else the one it had before while that is free, else a fresh one.

    Raises:
        PortTaken: A fixed port is in use.
    """
    ports: dict[str, int] = {}
    for name in names:
        if name in fixed and not free(fixed[name]):
            raise PortTaken(
                f"port {fixed[name]} is taken by another program: stop that one, or choose another with --port"
            )
        candidates = [fixed.get(name), remembered.get(name)]
        usable = (port for port in candidates if port and port not in ports.values() and free(port))
        ports[name] = next(usable, None) or next(
            port for port in iter(fresh, None) if port not in ports.values()
        )
    return ports


def remember(file: Path, names: Sequence[str], fixed: Mapping[str, int]) -> dict[str, int]:
    """`choose`, with the choice of the last start kept in a JSON file.

    Raises:
        PortTaken: A fixed port is in use.
    """
    ports = choose(names, _read(file), fixed)
    write_atomically(file, json.dumps(ports))
    return ports


def _read(file: Path) -> dict[str, int]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    pairs = content.items() if isinstance(content, dict) else ()
    return {str(name): port for name, port in pairs if isinstance(port, int)}
