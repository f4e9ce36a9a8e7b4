"""A process that stands between the runtime and one service, so that the service never outlives the runtime.

It runs the service as its child, writes what the service prints into a file of bounded size, and ends
everything the service started when the service ends, when it is told to, or when the runtime dies, however
that happens: its standard input is a pipe that the runtime holds open. Whatever a service's processes fork
away comes back to the guard as their new parent (a Linux "child subreaper"), so that nothing escapes.

Run by path, alone: it imports nothing of Mailroom. One SIGTERM asks the service to end and gives it the grace
period; a second one, or the end of the grace period, kills.
"""

import argparse
import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

# From Linux's <sys/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

CHUNK = 1 << 16
NO_PROGRAM = 127  # what a shell answers when there is no such program
ORPHAN_GRACE_SECONDS = 2.0


class BoundedLog:
    """An append-only file that is moved to `NAME.1` when it grows over its limit."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._limit = limit_bytes
        self._file: BinaryIO = path.open("ab", buffering=0)

    def write(self, chunk: bytes) -> None:
        """Append; a full disk loses the lines, not the service."""
        with contextlib.suppress(OSError):
            self._file.write(chunk)
            if self._file.tell() > self._limit:
                self._rotate()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_name(self._path.name + ".1"))
        self._file = self._path.open("ab", buffering=0)


@dataclass
class Guard:
    """One service's watch: `run` returns the service's exit status when nothing of it is left."""

    command: Sequence[str]
    log: BoundedLog
    grace_seconds: float
    _child: subprocess.Popen[bytes] | None = None
    _kill_at: float | None = None
    _terms: int = 0
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> int:
        """Start the service, watch it to its end, and sweep up what it left."""
        wake = self._catch_signals()
        try:
            child = self._child = start_child(self.command)
        except OSError as error:
            self.log.write(f"{self.command[0]}: {error.strerror}\n".encode())
            return NO_PROGRAM
        self._watch(wake, lambda: self._drain(wake))
        self._watch(sys.stdin.fileno(), self._runtime_gone)
        if child.stdout:
            self._watch(child.stdout.fileno(), self._copy)
        while child.poll() is None:
            self._step(child)
        end_descendants(child)
        self._copy_rest()
        return exit_status(child.returncode)

    def _step(self, child: subprocess.Popen[bytes]) -> None:
        left = None if self._kill_at is None else max(self._kill_at - time.monotonic(), 0.0)
        for key, _ in self._selector.select(left):
            key.data()
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            end_descendants(child)

    def _catch_signals(self) -> int:
        read, write = os.pipe()
        for end in (read, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return read

    def _asked_to_end(self, *_: object) -> None:
        self._terms += 1
        self._begin_end(self.grace_seconds if self._terms == 1 else 0.0)

    def _runtime_gone(self) -> None:
        if not os.read(sys.stdin.fileno(), CHUNK):
            self._selector.unregister(sys.stdin.fileno())
            self._begin_end(min(self.grace_seconds, ORPHAN_GRACE_SECONDS))

    def _begin_end(self, grace_seconds: float) -> None:
        self._kill_at = min(self._kill_at or float("inf"), time.monotonic() + grace_seconds)
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def _watch(self, descriptor: int, action: Callable[[], None]) -> None:
        self._selector.register(descriptor, selectors.EVENT_READ, action)

    def _drain(self, wake: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(wake, CHUNK)
        reap_adopted(self._child)

    def _copy(self) -> None:
        if self._child is None or self._child.stdout is None:
            return
        chunk = os.read(self._child.stdout.fileno(), CHUNK)
        if chunk:
            self.log.write(chunk)
        else:
            self._selector.unregister(self._child.stdout.fileno())

    def _copy_rest(self) -> None:
        if self._child is None or self._child.stdout is None:
            return
        os.set_blocking(self._child.stdout.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._child.stdout.fileno(), CHUNK):
                self.log.write(chunk)


def exit_status(returncode: int) -> int:
    """A process's return code as a shell says it: 128 + the signal that killed it."""
    return returncode if returncode >= 0 else 128 - returncode


def start_child(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the service so that the kernel kills it should the guard itself be killed."""
    prctl = prctl_or_none()
    guard = os.getpid()

    def die_with_guard() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != guard:
                os._exit(1)

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_guard,  # noqa: PLW1509 - the guard has one thread
    )


def prctl_or_none() -> Callable[..., int] | None:
    """Linux's `prctl`, or nothing on another system."""
    if not sys.platform.startswith("linux"):
        return None
    function: Callable[..., int] = ctypes.CDLL(None).prctl
    return function


def adopt_orphans() -> None:
    """Become the parent of every process below whose own parent dies."""
    prctl = prctl_or_none()
    if prctl is not None:
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_adopted(child: subprocess.Popen[bytes] | None) -> None:
    """Collect adopted processes that ended, leaving the service's own status to its `Popen`."""
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
            if (child is None or process.pid != child.pid) and process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)


def end_descendants(child: subprocess.Popen[bytes]) -> None:
    """Kill everything below the guard, again until nothing new appears."""
    myself = psutil.Process()
    while alive := [one for one in myself.children(recursive=True) if is_alive(one)]:
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        # Waiting collects, and the service's exit status belongs to its `Popen`.
        psutil.wait_procs([process for process in alive if process.pid != child.pid], timeout=1.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1.0)


def is_alive(process: psutil.Process) -> bool:
    """Whether a process still runs; one that ended and was not collected yet does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run the service, and answer with its exit status."""
    parser = argparse.ArgumentParser(description="Run one service that must not outlive its starter.")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--log-bytes", type=int, default=10_000_000)
    parser.add_argument("--grace", type=float, default=5.0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    adopt_orphans()
    return Guard(options.command, BoundedLog(options.log, options.log_bytes), options.grace).run()


if __name__ == "__main__":
    raise SystemExit(main())
