"""`python -m benchmarks.soak`: mixed files at 0.7 of what the system can do; the memory of every process over time."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.services import service
from benchmarks.soak.memory import Watch
from benchmarks.soak.mix import mix, records
from benchmarks.stream_processing.measuring import new_results
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.packages import provide_package
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink

SHARE = 0.7
IN_FLIGHT = 400
WINDOW_SECONDS = 60.0
SETTLE_SECONDS = 60.0
"""Without anything coming out: scans wait for OCR."""
SAMPLE_SECONDS = 2.0
MOST_GROWTH = 1.05


@dataclass
class Stream:
    """What was sent, and what came out.

    Attributes:
        documents: What to send, with the outcomes of each.
        sink: Where to.
        readers: Of labels and dead letters.
        watch: Looks at memory.
        expected: Outcomes that were asked for.
        seen: Outcomes that came.
    """

    documents: Iterator[tuple[Record, int]]
    sink: KafkaSink
    readers: list[KafkaReader]
    watch: Watch
    expected: int = 0
    seen: int = 0
    _looked: float = 0.0

    def send(self) -> None:
        """One more document."""
        record, outcomes = next(self.documents)
        self.sink.send(record)
        self.expected += outcomes

    def look(self, seconds: float) -> None:
        """Count what comes, and what is held."""
        for reader in self.readers:
            self.seen += len(reader.poll(1_000, seconds / len(self.readers)))
        if time.monotonic() - self._looked > SAMPLE_SECONDS:
            self._looked = time.monotonic()
            self.watch.look(self._looked)

    def full_speed(self, seconds: float) -> float:
        """Outcomes a second while there is always work; the first third is left out."""
        begin = time.monotonic()
        counted = since = 0.0
        while (now := time.monotonic()) < begin + seconds:
            while self.expected - self.seen < IN_FLIGHT:
                self.send()
            self.look(0.02)
            if not since and now > begin + seconds / 3:
                counted, since = self.seen, now
        return (self.seen - counted) / (time.monotonic() - since)

    def paced(self, outcomes_per_second: float, seconds: float) -> None:
        """A steady pace."""
        begin, before = time.monotonic(), self.expected
        while (now := time.monotonic()) < begin + seconds:
            if self.expected - before < (now - begin) * outcomes_per_second:
                self.send()
            else:
                self.look(0.02)

    def settle(self) -> int:
        """Wait for what is still under way; how many outcomes never came."""
        self.sink.flush(60.0)
        seen, since = self.seen, time.monotonic()
        while self.seen < self.expected and time.monotonic() - since < SETTLE_SECONDS:
            self.look(0.1)
            if self.seen > seen:
                seen, since = self.seen, time.monotonic()
        return self.expected - self.seen


def main() -> None:
    """Measure and print."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-soak-") as folder, ExitStack() as stack:
        result = _measured(Path(folder), stack, arguments)
    sys.stdout.write((json.dumps(result) if arguments.json else _table(result)) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="after the warm-up")
    parser.add_argument("--warm-up", type=float, default=180.0, help="seconds at the same pace before that")
    parser.add_argument("--capacity-seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    return parser


def _measured(folder: Path, stack: ExitStack, arguments: argparse.Namespace) -> dict[str, object]:
    broker = stack.enter_context(Broker(folder / "kafka", folder / "kafka.log"))
    ensure_topics(broker.bootstrap)
    kafka = KafkaSettings(bootstrap=broker.bootstrap)
    package = provide_package(lambda line: print(line, file=sys.stderr))
    shared = {
        "MAILROOM_OBJECTS__URI": f"file://{folder}/objects",
        "MAILROOM_CLASSIFIER__PACKAGE": str(package),
    }
    parts = ("stream_processing", "classifier_service")
    watch = Watch({part: stack.enter_context(service(part, kafka, folder, **shared)) for part in parts})
    readers = [new_results(kafka, topic) for topic in (Topic.CLASSIFIED, Topic.DEAD_LETTER)]
    stream = Stream(records(mix(folder / "samples")), KafkaSink(kafka), readers, watch)
    stream.full_speed(arguments.capacity_seconds)  # processes start, compilers compile
    capacity = stream.full_speed(arguments.capacity_seconds)
    stream.paced(SHARE * capacity, arguments.warm_up)
    begin, expected = time.monotonic(), stream.expected
    stream.paced(SHARE * capacity, arguments.seconds)
    end = time.monotonic()
    return {
        "capacity_per_second": round(capacity, 1),
        "documents": stream.expected - expected,
        "seconds": round(end - begin, 1),
        "lost": stream.settle(),
        "mebibytes": {
            kind: [
                round(watch.between(kind, begin, begin + WINDOW_SECONDS), 1),
                round(watch.between(kind, end - WINDOW_SECONDS, end), 1),
            ]
            for kind in sorted(watch.samples)
        },
    }


def _table(result: dict[str, object]) -> str:
    held = result["mebibytes"]
    pace = (
        f"capacity {result['capacity_per_second']} documents/s; at {SHARE} of it for {result['seconds']} s: "
    )
    lines = [
        f"{pace}{result['documents']} documents, {result['lost']} lost",
        f"{'MiB (PSS)':36}{'first minute':>14}{'last minute':>14}{'ratio':>8}",
    ]
    if isinstance(held, dict):
        lines += [
            f"{kind:36}{first:14.1f}{last:14.1f}{last / first if first else 0.0:8.2f}"
            for kind, (first, last) in held.items()
        ]
    return "\n".join([*lines, f"target: at most {MOST_GROWTH}"])


if __name__ == "__main__":
    main()
