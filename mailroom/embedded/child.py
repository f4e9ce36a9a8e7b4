"""A service's process, started under a guard."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from mailroom.embedded import guard
from mailroom.embedded.folders import room_for

MARK = "MAILROOM_GUARD"
LOG_BYTES = 10_000_000


class Child:
    """A running service: its guard, and through it everything the service started.

    Args:
        command: The program and its arguments.
        log_file: Where everything it prints goes; moved to `NAME.1` above ten megabytes.
        environment: Variables besides those of this process.
        grace_seconds: How long it may take to end after it was asked to.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log_file: Path,
        environment: Mapping[str, str] | None = None,
        grace_seconds: float = 5.0,
    ) -> None:
        self._asked = False
        self._mark = uuid.uuid4().hex
        options = ["--log", str(log_file), "--log-bytes", str(LOG_BYTES), "--grace", str(grace_seconds)]
        with room_for(log_file.parent):
            log_file.parent.mkdir(parents=True, exist_ok=True)
            # -P: the guard's folder has modules of ours that must not hide others.
            self._guard = subprocess.Popen(
                [sys.executable, "-P", guard.__file__, *options, "--", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **(environment or {}), MARK: self._mark},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id of the guard."""
        return self._guard.pid

    @property
    def mark(self) -> str:
        """What every process of this service carries in its environment; `sweep` finds them by it."""
        return self._mark

    def poll(self) -> int | None:
        """The exit status of the service, or nothing while it runs."""
        return self._guard.poll()

    def ask_to_end(self) -> None:
        """Ask the service to end; asking again changes nothing."""
        if not self._asked:
            self._asked = True
            self._terminate()

    def kill(self) -> None:
        """End the service and all it started, at once."""
        self.ask_to_end()
        self._terminate()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the service and all it started to be gone; say whether they are."""
        try:
            self._guard.wait(max(timeout_seconds, 0.0))
        except subprocess.TimeoutExpired:
            return False
        self._close()
        return True

    def end(self, grace_seconds: float) -> None:
        """Ask the service to end, wait, and kill what is left when the grace is over."""
        self.ask_to_end()
        if self.join(grace_seconds):
            return
        self.kill()
        if not self.join(2.0):
            self._guard.kill()
            self._guard.wait()
            self._close()

    def _terminate(self) -> None:
        if self.poll() is None:
            self._guard.send_signal(signal.SIGTERM)

    def _close(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        # Nothing is left unless the guard itself was killed.
        sweep(self._mark)


def sweep(mark: str) -> list[int]:
    """Kill the processes that a guard which was itself killed left behind; their ids."""
    left = [process for process in psutil.process_iter() if _carries(process, mark)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=2.0)
    return [process.pid for process in left]


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == mark)
    except (psutil.Error, OSError):
        return False
