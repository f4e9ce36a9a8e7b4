"""Servers under measurement, each a process on one core of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from mailroom.contracts.errors import MailroomError, UsageError

ROOT = Path(__file__).parents[2]
READY_SECONDS = 120.0
STOP_SECONDS = 15.0
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class ServerFailed(MailroomError):
    """A server under measurement did not start, or gave a wrong answer."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Where things run."""

    server: int
    client: int


def two_cores() -> Cores:
    """The first two cores that this process may use.

    Raises:
        UsageError: There is one only.
    """
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise UsageError(
            "two cores are needed, one for the server and one for the client: give this machine another"
        )
    return Cores(available[0], available[1])


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        process: As it was started; it may have children.
        port: Where it listens, on 127.0.0.1.
    """

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Processor time so far, children included: what a busy machine hardly changes."""
        return sum(sum(process.cpu_times()[:2]) for process in self._family())

    def mebibytes(self) -> float:
        """Resident memory, children included."""
        return sum(float(process.memory_info().rss) for process in self._family()) / 2**20

    def _family(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def post(self, path: str, body: bytes) -> bytes:
        """The answer to one request.

        Raises:
            OSError: There is none, or it is none of success.
        """
        request = urllib.request.Request(f"{self.url}{path}", body, {"content-type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
            return bytes(answer.read())


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, core: int, folder: Path, variables: Mapping[str, str]
) -> Iterator[Server]:
    """A server from its start to its end; not yet ready.

    Args:
        command: Starts it.
        port: Where it will listen.
        core: The only one that it may use.
        folder: Its working directory; what it prints goes to `log` there.
        variables: Added to the environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            cwd=folder,
            env={**os.environ, **ONE_THREAD, **variables},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Server(process, port)
    finally:
        _stop(process)


def wait_for(server: Server, path: str, body: bytes, log: Path) -> bytes:
    """The first answer of a server that is starting.

    Raises:
        ServerFailed: It ended, or gave none for two minutes.
    """
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            return server.post(path, body)
        except (urllib.error.URLError, OSError) as error:
            if server.process.poll() is not None or time.monotonic() > end:
                last = log.read_text(errors="replace").strip().splitlines()[-3:]
                raise ServerFailed(f"a server did not start ({error}): {' '.join(last)}") from error
            time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    process.wait()
