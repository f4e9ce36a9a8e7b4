"""A child process that answers requests over pipes: what native code does to it leaves its parent alone.

It is a plain process rather than a pool: a pool's workers cannot be given up in the middle of a document without
breaking the pool, and `multiprocessing` runs the parent's main module again, which an engine's worker must not.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from mailroom.extract import frames
from mailroom.extract.frames import Frame
from mailroom.extract.watchdog import Watchdog

_GRACE_SECONDS = 2.0
_SET_PIPE_SIZE = 1031  # of Linux; elsewhere an error
_PIPE_BYTES = 1024 * 1024


class Child:
    """One process; one request at a time.

    Args:
        module: What it runs (`python -m`); see `mailroom.extract.child_side`.
        arguments: Its arguments.

    Attributes:
        asked: How many requests it was sent.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self.asked = 0
        self._overdue = threading.Event()
        self._watchdog = Watchdog(self._kill_overdue)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        _widen(self._process.stdin)
        _widen(self._process.stdout)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """What it ended with, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def too_slow(self) -> bool:
        """Whether it was ended because its time, by the clock or of the processor, was over."""
        return self._overdue.is_set() or self._process.returncode == -signal.SIGXCPU

    def ask(self, request: Frame, patience: float) -> list[bytes] | None:
        """Send a request and wait for the first frame of its answer.

        Args:
            request: A frame.
            patience: Seconds, after which the child is killed.

        Returns:
            None if the child died or had to be killed.
        """
        self.asked += 1
        return self._within(patience, request)

    def listen(self, patience: float) -> list[bytes] | None:
        """Wait for a further frame of the same answer; as `ask`."""
        return self._within(patience, None)

    def end(self) -> None:
        """Close the child's input, which it ends at; kill it if it does not."""
        self._watchdog.end()
        _close_quietly(_pipe(self._process.stdin))
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def _within(self, patience: float, request: Frame | None) -> list[bytes] | None:
        try:
            with self._watchdog.within(patience):
                if request is not None:
                    frames.write(_pipe(self._process.stdin), request)
                return frames.read(_pipe(self._process.stdout))
        except (BrokenPipeError, EOFError):
            return None

    def _kill_overdue(self) -> None:
        self._overdue.set()
        self.kill()


def _environment() -> dict[str, str]:
    # An engine's worker may have put the project on sys.path by means that a child does not inherit.
    import mailroom  # noqa: PLC0415

    root = str(Path(mailroom.__path__[0]).resolve().parent)
    paths = [root, *(path for path in sys.path if path and path != root)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a document of usual size through in one piece: each time a pipe is full, two processes change places."""
    with suppress(OSError):  # not the system's way, or more than this user may have
        fcntl.fcntl(_pipe(pipe), _SET_PIPE_SIZE, _PIPE_BYTES)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the child was started without pipes")
    return pipe


def _close_quietly(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return
