"""Keeps one child that fits, watches what it takes, and replaces it when it hangs, dies or eats too much.

Memory is watched rather than limited by the system: what may be mapped says little of what is used (TensorFlow maps
many times what it touches), and a limit that is hit inside a library ends in any error but a telling one.
"""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO

import psutil

from training.search.messages import Done, Entered, Failed, Fitted, Request
from training.search.site import Site
from training.search.work import Bundle, Outcome

WATCH_SECONDS = 0.1
START_SECONDS = 30.0
"""What each step of a fresh child may take beyond its limit, until it has fitted once: it imports libraries."""

LAST_WORDS = 2_000
"""Bytes of a dead child's last output that are looked at."""
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What may be used.

    Attributes:
        step_seconds: For each step: preparing, computing features, one fit.
        memory_bytes: By the child and its own children together; pages shared with others do not count.
        begin_within: Seconds in which new fits are begun; what is left then is handed back.
        threads: For numerical libraries.
    """

    step_seconds: float
    memory_bytes: int
    begin_within: float
    threads: int


class Keeper:
    """Has bundles worked through by a child that outlives them, if nothing goes wrong."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self.site = site
        self._limits = limits
        self._child: _Child | None = None

    def serves(self, site: Site, limits: Limits) -> bool:
        """Whether its child was started for these."""
        return (site, limits) == (self.site, self._limits)

    def outcomes(self, bundle: Bundle) -> Iterator[Outcome]:
        """The outcomes of a bundle's first trials, in their order; at least one.

        What is left was not begun: time was up, or the child had to be replaced.
        """
        left = list(bundle.trials)
        child = self.start()
        child.ask(Request(bundle, self._limits.begin_within))
        for answer in child.answers():
            if isinstance(answer, Fitted):
                yield Outcome(left.pop(0), answer.seconds, answer.log_probabilities)
                continue
            # What a bundle needs before its first fit, every fit of it needs.
            failed, left = (left, []) if answer.all_left else (left[:1], left[1:])
            yield from (
                Outcome(trial, answer.seconds / len(failed), reason=answer.reason) for trial in failed
            )
        if child.ended or child.memory() > self._limits.memory_bytes / 2:
            self.close()

    def start(self) -> "_Child":
        """The child, started where there is none."""
        if self._child is None or not self._child.alive():
            self.close()
            self._child = _Child(self.site, self._limits)
        return self._child

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Child:
    """One process."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self.ended = False
        self._fresh = True
        self._limits = limits
        self._stage = "starting"
        self._spent = 0.0
        self._output = _appending()
        self._connection, theirs = Pipe()
        self._process = _start(theirs, self._output, limits.threads)
        theirs.close()
        self._send(site)

    def ask(self, request: Request) -> None:
        """Give it a bundle."""
        self._stage = "starting"
        self._spent = self._seconds()
        self._output.truncate(0)
        self._send(request)

    def answers(self) -> Iterator[Fitted | Failed]:
        """What comes of it; the last one is a failure where the child had to be ended or died."""
        deadline = self._deadline()
        while True:
            try:
                message = self._connection.recv() if self._connection.poll(WATCH_SECONDS) else None
            except (EOFError, ConnectionResetError):
                yield self._end(self._death())
                return
            if isinstance(message, Done):
                return
            if isinstance(message, Fitted | Failed):
                self._fresh, self._spent = False, self._seconds()
                yield message
            if message is not None:
                deadline = self._deadline()
                self._stage = message.stage if isinstance(message, Entered) else self._stage
            elif (excess := self._excess(deadline)) is not None:
                yield self._end(excess)
                return

    def alive(self) -> bool:
        """Whether it can be asked; one that had nothing to do for long has gone."""
        return self._process.poll() is None

    def memory(self) -> int:
        """Bytes that it and its children use alone."""
        with suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            return sum(map(_private, [process, *process.children(recursive=True)]))
        return 0

    def kill(self) -> None:
        """End it and what it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._connection.close()
        self._output.close()

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # its death is told by the answers
            self._connection.send(message)

    def _deadline(self) -> float:
        return time.monotonic() + self._limits.step_seconds + START_SECONDS * self._fresh

    def _excess(self, deadline: float) -> str | None:
        used = self.memory()
        if used > self._limits.memory_bytes:
            limit = self._limits.memory_bytes // MIB
            return f"out of memory: {used // MIB} MB while {self._stage}, {limit} MB are allowed"
        if time.monotonic() > deadline:
            return f"too slow: {self._stage} took longer than {self._limits.step_seconds:g} s"
        return None

    def _death(self) -> str:
        code = self._process.wait()
        how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
        return f"its process died while {self._stage}: {how}{self._last_words()}"

    def _last_words(self) -> str:
        self._output.seek(max(0, self._output.seek(0, os.SEEK_END) - LAST_WORDS))
        lines = self._output.read().decode("utf-8", "replace").strip().splitlines()
        return f" ({lines[-1].strip()})" if lines else ""

    def _end(self, reason: str) -> Failed:
        self.ended = True
        return Failed(reason, max(0.0, self._seconds() - self._spent), all_left=self._stage != "fitting")

    def _seconds(self) -> float:
        with suppress(psutil.Error):
            times = psutil.Process(self._process.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0


def _start(theirs: Connection, output: IO[bytes], threads: int) -> "subprocess.Popen[bytes]":
    libraries = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    environment = {
        **os.environ,
        **dict.fromkeys((*libraries, "TF_NUM_INTEROP_THREADS"), str(threads)),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # what the worker was sent, the child needs
        "PYTHONWARNINGS": "ignore",
    }
    number = theirs.fileno()
    return subprocess.Popen(
        [sys.executable, "-m", "training.search.child", str(number), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=[number],
        env=environment,
        start_new_session=True,
    )


def _appending() -> IO[bytes]:
    """A file without a name that may be emptied while another process writes to it."""
    output = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the child lives
    fcntl.fcntl(output, fcntl.F_SETFL, fcntl.fcntl(output, fcntl.F_GETFL) | os.O_APPEND)
    return output


def _private(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        memory = process.memory_info()
        return int(memory.rss - getattr(memory, "shared", 0))
    return 0
