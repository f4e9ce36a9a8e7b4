"""The service as a process of its own, and a package that needs no training."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from mailroom.model_package import Provenance, RuntimeDescription, write

LABELS = ("invoice", "offer", "other")
WORDS = '{"invoice": {"names": [" invoice "]}, "offer": {"names": [" offer "]}, "other": {"names": [" minutes "]}}'
SECONDS = 60.0


def make_package(folder: Path, version: str = "1") -> Path:
    """Write a package that knows three words."""
    description = RuntimeDescription("lexicon", {"layer": "vote"}, texts={"lexicon": WORDS})
    provenance = Provenance("tiny", "by-hand", 1, version=version)
    write(folder, description, labels=LABELS, provenance=provenance, golden=["an invoice", "an offer"])
    return folder


@dataclass(frozen=True, slots=True)
class Serving:
    """A service that takes requests.

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

    def labels(self, text: str = "an offer") -> bool:
        """Whether it labels a text, on a connection of its own."""
        answer = httpx.post(f"{self.url}/classify", json={"text": text})
        return answer.status_code == httpx.codes.OK

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def stop(self) -> tuple[int, str, str]:
        """Ask it to end; its status, standard output and standard error."""
        self.process.send_signal(signal.SIGTERM)
        output, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, output, errors


def command(*arguments: str) -> list[str]:
    """What a container runs."""
    return [sys.executable, "-m", "classifier_service", "serve", *arguments]


@contextmanager
def serving(folder: Path, package: Path | str, **settings: str) -> Iterator[Serving]:
    """A service, killed at the end if it is still there.

    Args:
        folder: For what it writes.
        package: Its model package.
        settings: `MAILROOM_*`, without the prefix.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "ready"
    variables = {"MAILROOM_READY": str(ready), "MAILROOM_HOME": str(folder / "home")}
    variables |= {f"MAILROOM_{name}": value for name, value in settings.items()}
    with subprocess.Popen(
        command("--package", str(package), "--port", "0", "--json"),
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Serving(process, _port(process, ready))
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
