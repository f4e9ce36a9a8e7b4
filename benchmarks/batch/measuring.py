"""One batch as a process of its own: its seconds, the most memory of all its processes, its estimates."""

import json
import re
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

POLL_SECONDS = 0.25
MIB = 2**20
FIRST = 10
"""Per cent of the work after which the estimate is held to its word."""
_SAID = re.compile(r"(\d+)%.*about (?:(\d+) h )?(?:(\d+) (min|s)) left")


@dataclass(frozen=True, slots=True)
class Growth:
    """What a batch of some size took.

    Attributes:
        megabytes: Of the documents.
        documents: How many.
        seconds: All of it, by the clock on the wall.
        cpu_seconds: All of it, of all processes: what a shared machine cannot change.
        mebibytes: The most that all processes held together at one time; what they share counts once.
        estimate_error: Of the time left as it was told after the first tenth, against what it was; None where the
            batch was over too soon to tell.
    """

    megabytes: float
    documents: int
    seconds: float
    cpu_seconds: float
    mebibytes: float
    estimate_error: float | None

    @property
    def cpu_per_megabyte(self) -> float:
        """The pace."""
        return self.cpu_seconds / self.megabytes

    def well_estimated(self, most: float) -> bool:
        """Whether the estimate was good enough."""
        return self.estimate_error is not None and self.estimate_error <= most


def measure(documents: Path, output: Path, package: Path, workers: int) -> Growth:
    """Label a file.

    Raises:
        RuntimeError: The batch failed.
    """
    command = [sys.executable, "-m", "benchmarks.batch.child", str(documents), str(output), str(package)]
    begin, spent = time.monotonic(), _spent()
    process = subprocess.Popen([*command, str(workers)], stdout=subprocess.PIPE, text=True)
    most = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, most))
    watcher.start()
    told = [json.loads(line) for line in process.stdout or ()]
    status = process.wait()
    watcher.join()
    if status:
        raise RuntimeError(f"the batch ended with status {status}")
    size = documents.stat().st_size / 1e6
    ended, summary = told[-1]
    return Growth(
        round(size, 1),
        summary["documents"],
        round(ended - begin, 2),
        round(_spent() - spent, 2),
        round(most[0] / MIB, 1),
        _error(told[:-1]),
    )


def _error(told: list[tuple[float, Any]]) -> float | None:
    """The first estimate after a tenth, against the time to the last part."""
    for moment, said in told:
        found = _SAID.search(said)
        if found and int(found[1]) >= FIRST:
            estimate = int(found[2] or 0) * 3_600 + int(found[3]) * (60 if found[4] == "min" else 1)
            left = told[-1][0] - moment
            return round(abs(estimate - left) / left, 3) if left > 1 else None
    return None


def _spent() -> float:
    """Processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: "subprocess.Popen[str]", most: list[float]) -> None:
    while process.poll() is None:
        try:
            watched = psutil.Process(process.pid)
            held = sum(each.memory_full_info().pss for each in (watched, *watched.children(recursive=True)))
            most[0] = max(most[0], held)
        except psutil.NoSuchProcess:  # a worker that ended meanwhile
            pass
        time.sleep(POLL_SECONDS)
