"""One round of each: the plain loop, and the door on a real broker."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from classifier_service.classifier import Classifier
from classifier_service.kafka_door import KafkaDoor
from classifier_service.observing import Observer
from mailroom.contracts.records import Record, ScannedDocument
from mailroom.embedded.topics import ensure_topics
from mailroom.model_package import Package
from mailroom.settings import KafkaSettings, Settings
from mailroom.streams.clock import SystemClock
from mailroom.streams.kafka import KafkaSink
from mailroom.streams.kafka_exchange import KafkaExchange
from mailroom.telemetry.metrics import Metrics
from mailroom.textprep import CleanText

DELIVERY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds of the clock on the wall, and of this thread on a processor, which other programs do not slow down."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Self:
        """This moment."""
        return cls(time.perf_counter(), time.thread_time())


@dataclass(frozen=True, slots=True)
class Rate:
    """Documents a second, by either clock."""

    wall: float
    cpu: float

    @classmethod
    def since(cls, began: Moment, documents: int) -> Self:
        """So many documents since then."""
        now = Moment.now()
        return cls(documents / (now.wall - began.wall), documents / (now.cpu - began.cpu))


@dataclass(slots=True)
class TimedExchange:
    """An exchange that remembers when work began; joining the group comes before it."""

    exchange: KafkaExchange
    began: "Moment | None" = None

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """As the exchange."""
        records = self.exchange.poll(limit, timeout)
        if records and self.began is None:
            self.began = Moment.now()
        return records

    def commit(self, outputs: Sequence[Record]) -> None:
        """As the exchange."""
        self.exchange.commit(outputs)

    def rewind(self) -> None:
        """As the exchange."""
        self.exchange.rewind()

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """As the exchange."""
        return self.exchange.behind()

    def close(self) -> None:
        """As the exchange."""
        self.exchange.close()


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rates, round by round."""

    plain: list[Rate] = field(default_factory=list)
    door: list[Rate] = field(default_factory=list)

    def ratios(self) -> list[float]:
        """The door's rate as a part of the plain loop's, by the clock on the wall."""
        return [door.wall / plain.wall for door, plain in zip(self.door, self.plain, strict=True)]

    def cpu_ratios(self) -> list[float]:
        """The same by processor time, in which the door's waits for the broker do not show."""
        return [door.cpu / plain.cpu for door, plain in zip(self.door, self.plain, strict=True)]


def plain_rate(package: Package, texts: Sequence[str], batch: int) -> Rate:
    """Documents a second of the package's own prediction, in the batches that the door takes."""
    began = Moment.now()
    for start in range(0, len(texts), batch):
        package.predict(texts[start : start + batch])
    return Rate.since(began, len(texts))


def door_rate(package: Package, kafka: KafkaSettings, records: Sequence[Record], settings: Settings) -> Rate:
    """Documents a second from the first record polled to the last transaction committed."""
    topic = f"text-{uuid.uuid4().hex[:8]}"
    ensure_topics(kafka.bootstrap, names=[topic])
    _load(kafka, [replace(record, topic=topic) for record in records])
    exchange = TimedExchange(KafkaExchange(kafka, [topic], topic, "benchmark"))
    clock, label = SystemClock(), _classifier(package, settings).label
    observer = Observer("text", Metrics(), clock)
    door = KafkaDoor(exchange, label, limit=settings.classifier.batch_size, clock=clock, observer=observer)
    done = 0
    while done < len(records):
        done += door.step()
    assert exchange.began is not None  # noqa: S101 - at least one record was polled
    rate = Rate.since(exchange.began, done)
    exchange.close()
    return rate


def _load(kafka: KafkaSettings, records: Sequence[Record]) -> None:
    sink = KafkaSink(kafka)
    for record in records:
        sink.send(record)
    sink.flush(DELIVERY_SECONDS)
    sink.close()


def _classifier(package: Package, settings: Settings) -> Classifier:
    return Classifier(package, departments=settings.departments, read_scan=_no_scans, clock=SystemClock())


def _no_scans(document: ScannedDocument) -> CleanText:
    raise AssertionError(f"{document.id} is a text")
