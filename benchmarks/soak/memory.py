"""What each kind of process holds: pages that it shares with others counted in part (PSS)."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median

import psutil

KINDS = {
    "pyflink.fn_execution": "Python worker",
    "sandbox_worker": "parser",
    "reading.worker": "OCR",
    "java": "JVM",
}
MIB = 2**20


@dataclass
class Watch:
    """Samples of the memory of services' processes.

    Attributes:
        services: The process ids of services, by name.
        samples: Seconds and MiB, by kind of process.
    """

    services: dict[str, int]
    samples: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def look(self, now: float) -> None:
        """Take a sample."""
        held: dict[str, float] = defaultdict(float)
        for service, pid in self.services.items():
            for process in _tree(pid):
                with suppress(psutil.Error):  # it has just ended
                    held[f"{service}: {_kind(process)}"] += process.memory_full_info().pss / MIB
        for kind, mebibytes in held.items():
            self.samples[kind].append((now, mebibytes))

    def between(self, kind: str, start: float, end: float) -> float:
        """Median MiB of a time; 0 where the kind did not run then."""
        found = [mebibytes for when, mebibytes in self.samples[kind] if start <= when <= end]
        return median(found) if found else 0.0


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _kind(process: psutil.Process) -> str:
    command = " ".join(process.cmdline()[:6])
    return next((kind for mark, kind in KINDS.items() if mark in command), "Python")
