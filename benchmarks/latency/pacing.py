"""Sending at a steady pace, and timing what comes out."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from statistics import quantiles

from benchmarks.stream_processing.measuring import new_results
from mailroom.contracts.records import Record
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink

SETTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from sending to reading the committed result.

    Attributes:
        what: From where to where.
        sent: Documents sent.
        results: Distinct ids that came out.
        twice: Ids that came out more than once: must be 0.
        p50: Median, seconds.
        p99: 99th percentile, seconds.
        most: The largest, seconds.
    """

    what: str
    sent: int
    results: int
    twice: int
    p50: float
    p99: float
    most: float


def timed(
    kafka: KafkaSettings, records: Iterator[Record], into: str, out_of: Sequence[str], rate: int, seconds: int
) -> list[Latency]:
    """Send `rate` records a second into a topic, and time each one's result in each of the others."""
    readers = {topic: new_results(kafka, topic) for topic in out_of}
    sink = KafkaSink(kafka)
    sent: dict[bytes, float] = {}
    seen: dict[str, list[tuple[bytes, float]]] = {topic: [] for topic in out_of}
    start = time.time()
    for number, record in enumerate(islice(records, rate * seconds)):
        while time.time() < start + number / rate:
            _look(readers, seen, min(0.002, rate / 1000))
        sent[record.key or b""] = time.time()
        sink.send(replace(record, topic=into))
        _look(readers, seen, 0.0)
    sink.flush(30.0)
    end = time.time() + SETTLE_SECONDS
    while time.time() < end and any(len(found) < len(sent) for found in seen.values()):
        _look(readers, seen, 0.002)
    for reader in readers.values():
        reader.close()
    return [_latency(f"{into} to {topic}", sent, seen[topic]) for topic in out_of]


def _look(readers: dict[str, KafkaReader], seen: dict[str, list[tuple[bytes, float]]], wait: float) -> None:
    for topic, reader in readers.items():
        found = reader.poll(1_000, wait)
        now = time.time()
        seen[topic] += [(record.key or b"", now) for record in found]


def _latency(what: str, sent: dict[bytes, float], seen: list[tuple[bytes, float]]) -> Latency:
    counts = Counter(key for key, _ in seen)
    ages = [when - sent[key] for key, when in seen if key in sent]
    steps = quantiles(ages, n=100)
    twice = sum(count > 1 for count in counts.values())
    return Latency(what, len(sent), len(counts), twice, steps[49], steps[98], max(ages))
