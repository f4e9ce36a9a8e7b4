"""One training run as a process of its own: its stages' seconds, and the most memory that its driver held."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.5
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Growth:
    """What a run of so many documents took.

    Attributes:
        documents: How many.
        seconds: Wall time by stage.
        driver_mebibytes: The most that the driver's own process held; workers and the JVM are counted apart.
        java_mebibytes: The most that the JVM held.
    """

    documents: int
    seconds: Mapping[str, float]
    driver_mebibytes: float
    java_mebibytes: float

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self.seconds.values())


def measure(documents: int, home: Path) -> Growth:
    """Train on generated documents, which are made beforehand.

    Args:
        documents: How many.
        home: Of the run; its tracking store and its folders.

    Raises:
        RuntimeError: The run failed; the message is its own.
    """
    config = home / f"run-{documents}.yaml"
    config.write_text(_config(documents, home), encoding="utf-8")
    command = [sys.executable, "-m", "cli", "train", "--config", str(config), "--json"]
    with (home / f"run-{documents}.log").open("w+") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"MAILROOM_HOME": str(home)},
        )
        driver, java = _watched(process)
        answer = process.stdout.read() if process.stdout else ""
        if process.wait():
            log.seek(0)
            raise RuntimeError(log.read()[-2_000:])
    return Growth(documents, json.loads(answer)["seconds"], driver / MIB, java / MIB)


def _config(documents: int, home: Path) -> str:
    # One candidate, its features bounded: what grows is then the documents alone.
    return json.dumps(
        {
            "name": f"scaling-{documents}",
            "sources": [{"type": "samples", "count": documents, "seed": 3}],
            "integrity": {"suspicious_labels": {"warn": 0.5}, "near_duplicates": {"warn": 1}},
            "search": {
                "kernels": [{"kernel": "text-linear", "parameters": _PARAMETERS}],
                "memory_limit_mb": 12_000,
            },
            "spark": {"master": "local[2]", "driver_memory": "2g"},
            "report": {"excerpts": False},
            "runs": str(home / "runs"),
        }
    )


_PARAMETERS = {"tfidf_c": 3.0, "lexicon_c": 0.3, "min_documents": 5, "max_terms": 50_000}


def _watched(process: "subprocess.Popen[str]") -> tuple[int, int]:
    """The most bytes that driver and JVM held, until the process ends."""
    driver = java = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            driver = max(driver, watched.memory_info().rss)
            java = max(
                java, *(child.memory_info().rss for child in watched.children() if "java" in child.name()), 0
            )
        except psutil.NoSuchProcess:
            break
        time.sleep(POLL_SECONDS)
    return driver, java
