"""A contender as a service: its own container, or a process of this version where there is no Docker engine."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mailroom.embedded.child import Child
from mailroom.embedded.logs import last_line
from mailroom.model_image.containers import ServingContainer, serving
from mailroom.model_image.context import MODEL_FOLDER
from mailroom.model_image.engine import Engine
from mailroom.readiness import VARIABLE
from training.gate.errors import ServiceEnded

START_SECONDS = 120.0
GRACE_SECONDS = 10.0
VERIFY = ("models", "verify", "--json", "--package")


class Service(Protocol):
    """Something that labels over HTTP."""

    @property
    def address(self) -> str:
        """Of its door; empty while there is none."""
        ...

    def running(self) -> bool:
        """Whether it has not ended."""
        ...

    def said(self) -> str:
        """The line that explains its end."""
        ...

    def memory_bytes(self) -> int:
        """Memory that it takes now."""
        ...

    def verified(self) -> tuple[int, str]:
        """Let it check its own package; exit status and standard output of `mailroom models verify --json`."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerService:
    """A container of the package's image."""

    container: ServingContainer

    @property
    def address(self) -> str:
        """Of its door."""
        return self.container.address

    def running(self) -> bool:
        """Whether the container runs."""
        return self.container.running()

    def said(self) -> str:
        """The last line of its log."""
        lines = [line for line in self.container.said().splitlines() if line.strip()]
        return lines[-1].removeprefix("mailroom: ") if lines else "it wrote nothing"

    def memory_bytes(self) -> int:
        """As `docker stats` counts."""
        return self.container.memory_bytes()

    def verified(self) -> tuple[int, str]:
        """In the container, with its code and its libraries."""
        return self.container.run(["mailroom", *VERIFY, MODEL_FOLDER])


class ProcessService:
    """`mailroom serve` as a process of its own.

    Args:
        package: Folder of the package.
        folder: For its log and what it announces.
        environment: Variables.
    """

    def __init__(self, package: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._package, self._log, self._ready = package, folder / "service.log", folder / "ready.json"
        self._environment = {**environment, VARIABLE: str(self._ready)}
        command = [sys.executable, "-m", "cli", "serve", "--package", str(package), "--port", "0"]
        self.child = Child(
            [*command, "--host", "127.0.0.1"], log_file=self._log, environment=self._environment
        )

    @property
    def address(self) -> str:
        """Of its door, once it has announced it."""
        if not self._ready.is_file():
            return ""
        found = json.loads(self._ready.read_text(encoding="utf-8"))
        return f"http://{found['host']}:{found['port']}"

    def running(self) -> bool:
        """Whether the process runs."""
        return self.child.poll() is None

    def said(self) -> str:
        """The last line of its log."""
        return last_line(self._log)

    def memory_bytes(self) -> int:
        """Resident memory of the service and all that it started, without the guard around it."""
        import psutil  # noqa: PLC0415 - only the gate without Docker needs it

        started = psutil.Process(self.child.pid).children(recursive=True)
        return sum(process.memory_info().rss for process in started)

    def verified(self) -> tuple[int, str]:
        """In a process of its own."""
        import subprocess  # noqa: PLC0415

        command = [sys.executable, "-m", "cli", *VERIFY, str(self._package)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_SECONDS)
        return done.returncode, done.stdout


@contextmanager
def in_container(engine: Engine, image: str, environment: Mapping[str, str]) -> Iterator[Service]:
    """A container that is starting.

    Raises:
        ContainerFailed: The engine would not start it.
    """
    with serving(engine, image, environment) as container:
        yield ContainerService(container)


@contextmanager
def in_process(package: Path, environment: Mapping[str, str]) -> Iterator[Service]:
    """A process that is starting."""
    with tempfile.TemporaryDirectory() as folder:
        service = ProcessService(package, Path(folder), environment)
        try:
            yield service
        finally:
            service.child.end(GRACE_SECONDS)


def await_ready(service: Service, seconds: float = START_SECONDS) -> None:
    """Wait until a service takes requests.

    Raises:
        ServiceEnded: It ended instead, or took too long; the message has its own words.
    """
    end = time.monotonic() + seconds
    while not _ready(service):
        if not service.running():
            raise ServiceEnded(service.said())
        if time.monotonic() > end:
            raise ServiceEnded(f"it was not ready after {seconds:.0f} s: {service.said()}")
        time.sleep(0.02)


def _ready(service: Service) -> bool:
    import urllib3  # noqa: PLC0415

    address = service.address
    if not address:
        return False
    try:
        answer = urllib3.request("GET", f"{address}/v2/health/ready", timeout=5, retries=False)
    except urllib3.exceptions.HTTPError:
        return False
    return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
