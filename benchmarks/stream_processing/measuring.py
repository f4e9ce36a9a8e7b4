"""Running a job over a log that is already full, and reading its pace off its output."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from mailroom.contracts.records import Record
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import StreamError
from mailroom.streams.kafka import KafkaReader

PATIENCE = 600.0
LOG = "job.log"


class JobEnded(RuntimeError):
    """A job under measurement ended by itself."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a job did.

    Attributes:
        name: Which job.
        documents: Committed output records.
        distinct: Distinct keys among them: fewer are copies, more are impossible.
        seconds: From the first output record to the last, by the times the records carry.
        first_after: Seconds from the start of the process to the first output record.
        cpu_seconds: Processor time of the job's processes in those seconds: what a busy machine does not change.
        mebibytes: Resident memory of the job's processes at the end.
    """

    name: str
    documents: int
    distinct: int
    seconds: float
    first_after: float
    cpu_seconds: float
    mebibytes: float

    @property
    def per_second(self) -> float:
        """Documents a second, start-up left out."""
        return self.documents / self.seconds


def measure(
    name: str, module: str, topic: str, count: int, kafka: KafkaSettings, home: Path, **more: str
) -> Pace:
    """Start a job, wait until `count` new records are committed in `topic`, stop it.

    Raises:
        JobEnded: The job ended, or did not finish within ten minutes.
    """
    reader = new_results(kafka, topic)
    started = time.time()
    try:
        with running(module, name, kafka, home, **more) as process:
            found = _read(reader, 1, process, home)
            idle = _cpu(process.pid)
            found += _read(reader, count - len(found), process, home)
            cpu, mebibytes = _cpu(process.pid) - idle, _memory(process.pid)
    finally:
        reader.close()
    stamps = [stamp for stamp, _ in found]
    first, distinct = min(stamps), len({key for _, key in found})
    return Pace(name, len(found), distinct, max(stamps) - first, first - started, cpu, mebibytes)


def new_results(kafka: KafkaSettings, topic: str) -> KafkaReader:
    """A reader of what will be written from now on; a topic made a moment ago may not be known everywhere yet."""
    patiently = Retrying(
        retry=retry_if_exception_type((KafkaException, StreamError)),
        stop=stop_after_delay(30),
        wait=wait_fixed(0.1),
        reraise=True,
    )
    return patiently(KafkaReader, kafka, [topic], from_beginning=False)


@contextmanager
def running(
    module: str, name: str, kafka: KafkaSettings, home: Path, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A job's process with a home, a group and a transactional id prefix of its own; killed at the end."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        "MAILROOM_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MAILROOM_HOME": str(home),
        "MAILROOM_STREAM__CONSUMER_GROUP": name,
    }
    with (home / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=os.environ | environment | more,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _read(
    reader: KafkaReader, count: int, process: subprocess.Popen[bytes], home: Path
) -> list[tuple[float, bytes | None]]:
    end = time.monotonic() + PATIENCE
    found: list[tuple[float, bytes | None]] = []
    while len(found) < count:
        if process.poll() is not None or time.monotonic() > end:
            log = (home / LOG).read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise JobEnded(f"{len(found)} of {count} documents, then the job ended or was given up: {log}")
        found += [_stamped(record) for record in reader.poll(10_000, 1.0)]
    return found


def _stamped(record: Record) -> tuple[float, bytes | None]:
    return record.timestamp or 0.0, record.key


def _processes(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def _memory(pid: int) -> float:
    return sum(process.memory_info().rss for process in _processes(pid)) / 2**20


def _cpu(pid: int) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in _processes(pid))
