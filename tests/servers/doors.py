"""A door of ours as a process of its own, on a free port of the loopback."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Door:
    """A door that is open.

    Attributes:
        process: Its process.
        port: Where it listens on 127.0.0.1.
    """

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        """The door's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def memory(self) -> int:
        """Resident bytes of the process, its children left out."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def stop(self) -> tuple[int, str, str]:
        """Ask it to end; its status, standard output and standard error."""
        self.process.send_signal(signal.SIGTERM)
        output, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, output, errors


@contextmanager
def opened(command: Sequence[str], folder: Path, home: Path, settings: dict[str, str]) -> Iterator[Door]:
    """A door, killed at the end if it is still there.

    Args:
        command: What opens it.
        folder: For the news that it is open.
        home: For what it writes.
        settings: `MAILROOM_*`, without the prefix.
    """
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    variables = {"MAILROOM_READY": str(ready), "MAILROOM_HOME": str(home)}
    variables |= {f"MAILROOM_{name}": value for name, value in settings.items()}
    with subprocess.Popen(
        command, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Door(process, _port(process, ready))
        finally:
            process.kill()


def _port(process: subprocess.Popen[str], ready: Path) -> int:
    end = time.monotonic() + SECONDS
    while not ready.is_file():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise AssertionError(process.communicate()[1])
        time.sleep(0.02)
    return int(json.loads(ready.read_text(encoding="utf-8"))["port"])
