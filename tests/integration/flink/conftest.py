"""The real job, as a process of its own, over the session's broker."""

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded import ready
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import StreamError
from mailroom.streams.kafka import KafkaReader, KafkaSink

START_SECONDS = 150.0
SETTLE_SECONDS = 180.0
OUTPUTS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER, Topic.DUPLICATES)


_PATIENTLY = Retrying(
    retry=retry_if_exception_type((KafkaException, StreamError)),
    stop=stop_after_delay(30),
    wait=wait_fixed(0.1),
    reraise=True,
)


class Job:
    """The job's process, which can be started, killed and started again over the same home."""

    def __init__(self, bootstrap: str, home: Path) -> None:
        self.home = home
        self._ready = home / "ready"
        self._environment = {
            "MAILROOM_KAFKA__BOOTSTRAP": bootstrap,
            "MAILROOM_HOME": str(home),
            ready.VARIABLE: str(self._ready),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self.home.mkdir(parents=True, exist_ok=True)
        ready.clear(self._ready)
        with (self.home / "job.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "stream_processing"],
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Wait until it consumes."""
        wait_until(lambda: ready.is_announced(self._ready) or self.status() is not None, START_SECONDS)
        assert self.status() is None, self.log()

    def status(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._running().poll()

    def log(self) -> str:
        """The end of what it printed."""
        return (self.home / "job.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def ask_to_stop(self) -> None:
        """Send it SIGTERM."""
        self._running().terminate()

    def wait_stopped(self, seconds: float) -> int:
        """Wait for its end; its exit status."""
        return self._running().wait(seconds)

    def kill(self) -> None:
        """Kill the process, its JVM and its Python workers at once."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            finally:
                self._process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process


class Flow:
    """Documents in, and everything that is committed in the job's topics."""

    def __init__(self, kafka: KafkaSettings) -> None:
        # A topic that was created a moment ago may have no leader yet.
        self._reader = _PATIENTLY(KafkaReader, kafka, OUTPUTS)
        self._sink = KafkaSink(kafka)
        self.by_topic: defaultdict[str, list[Record]] = defaultdict(list)

    def send(self, *records: Record) -> None:
        """Write raw records and wait for their acknowledgement."""
        for record in records:
            self._sink.send(record)
        self._sink.flush(60.0)

    def count(self) -> int:
        """Read on; how many committed records there are in all."""
        for record in self._reader.poll(5_000, 0.2):
            self.by_topic[record.topic].append(record)
        return sum(map(len, self.by_topic.values()))

    def wait_for_more(self, count: int) -> None:
        """Wait until so many more records are committed."""
        enough = self.count() + count
        wait_until(lambda: self.count() >= enough, SETTLE_SECONDS)

    def settle(self, count: int) -> None:
        """Wait for so many committed records in all, and see that no more follow."""
        wait_until(lambda: self.count() >= count, SETTLE_SECONDS)
        assert self.count() == count

    def by_id(self, topic: Topic) -> dict[str, list[Record]]:
        """A topic's records by their `ce_id`, or by the place of their original where they have none."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for record in self.by_topic[topic]:
            found[name_of(record)].append(record)
        return dict(found)

    def close(self) -> None:
        """Release the connections."""
        self._reader.close()
        self._sink.close()


def name_of(record: Record) -> str:
    """The `ce_id` of a record, as far as it is readable."""
    return (record.header("ce_id") or b"none").decode(errors="replace")


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Ask again until a condition holds.

    Raises:
        TimeoutError: It did not in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.05)


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """A broker of this module's own with the contract's topics, since the job's topics are always the same ones."""
    folder = tmp_path_factory.mktemp("flink-broker")
    with Broker(folder / "data", folder / "kafka.log") as broker:
        ensure_topics(broker.bootstrap)
        yield KafkaSettings(bootstrap=broker.bootstrap)


@pytest.fixture(scope="module")
def job(topics: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job that is not started yet; killed at the end."""
    job = Job(topics.bootstrap, tmp_path_factory.mktemp("home"))
    yield job
    job.kill()


@pytest.fixture(scope="module")
def flow(topics: KafkaSettings) -> Iterator[Flow]:
    """What goes into the job and comes out of it."""
    flow = Flow(topics)
    yield flow
    flow.close()
