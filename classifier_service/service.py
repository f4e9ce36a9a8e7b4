"""The service as a whole: settings to doors, doors to threads.

Text must not wait behind pages that take seconds to read, so each topic has a consumer group of its own, and each door
a thread: one for texts, and one for each process that reads pages. The first door that fails ends the service; whoever
supervises it starts it again.
"""

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifier_service.answers import STAGE
from classifier_service.classifier import Classifier, Model
from classifier_service.errors import ServiceFailed
from classifier_service.kafka_door import KafkaDoor
from classifier_service.observing import Observer
from classifier_service.scans import PageLooks, ReadScan, ScanReader, unread
from classifier_service.spans import BatchSpans
from classifier_service.tally import Tally
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.topics import Topic
from mailroom.cores import usable_cores
from mailroom.extract.reading.reader import DocumentReader
from mailroom.failure_cap import LABELLING_FAULTS, FailureCap
from mailroom.features.page_looker import PageLooker
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams import Exchange
from mailroom.streams.clock import Clock, SystemClock
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import Tracer, tracer

SERVICE = "mailroom-classifier"
"""The service's name in traces."""

TEXT = "text"
SCANNED = "scanned"
TOPICS = {TEXT: Topic.TEXT, SCANNED: Topic.SCANNED}

SCANS_AT_ONCE = 1
"""A page takes a hundred times as long as a transaction: batches would save nothing and lose more in a crash."""

REMOTE_TEXTS_AT_ONCE = 128
"""Of a model behind HTTP nobody knows how slow it is: a batch must end before the log gives its partitions away."""

GRACE_SECONDS = 2.0
"""How long a stop waits for the batches that are open; a scan that takes longer is read again at the next start."""

Connect = Callable[[Topic, str, int], Exchange]
"""A topic, a door's name and its number among those of this name to its exchange."""


@dataclass(slots=True)
class Service:
    """Doors that run side by side.

    Attributes:
        doors: One for texts, one for each page that is read at a time.
        metrics: What they count.
        spans: Where traces go, if they are collected.
        stop: Set it to end the service.
    """

    doors: Sequence[KafkaDoor]
    metrics: Metrics
    spans: Tracer | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _failures: list[BaseException] = field(default_factory=list)

    def run(self, ready: Callable[[], None] = lambda: None) -> bool:
        """Run until `stop` is set or a door fails.

        Args:
            ready: Called once, when every door has asked the log for work.

        Returns:
            Whether every door finished its batch within the grace time.

        Raises:
            MailroomError: As the door that failed raised it.
            ServiceFailed: It raised something else.
        """
        threads = [
            threading.Thread(target=self._guard, args=(door,), name=door.name, daemon=True)
            for door in self.doors
        ]
        for thread in threads:
            thread.start()
        if self._all_polled():
            ready()
        self.stop.wait()
        finished = _join(threads, GRACE_SECONDS)
        if self.spans is not None:
            self.spans.close()
        if self._failures:
            raise _told(self._failures[0]) from self._failures[0]
        return finished

    def summary(self) -> dict[str, Any]:
        """What the doors of each name have done."""
        tallies: dict[str, Tally] = {}
        for door in self.doors:
            tallies.setdefault(door.name, Tally()).merge(door.tally)
        return {name: tally.summary() for name, tally in tallies.items()}

    def _guard(self, door: KafkaDoor) -> None:
        try:
            door.run(self.stop)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that runs the service
            self._failures.append(error)
        finally:
            self.stop.set()

    def _all_polled(self) -> bool:
        for door in self.doors:
            while not door.polled.wait(0.1):
                if self.stop.is_set():
                    return False
        return not self.stop.is_set()


def build(
    settings: Settings,
    *,
    model: Model | None = None,
    connect: Connect | None = None,
    reader: DocumentReader | None = None,
    clock: Clock | None = None,
    metrics: Metrics | None = None,
) -> Service:
    """Wire the service; whatever is not given is made from the settings.

    Raises:
        UsageError: No package is set, or it does not fit the settings.
        PackageError: The package must not be used.
        OcrUnavailable: The OCR engine or its language data is not installed.
        LogUnavailable: No broker answers.
    """
    clock = clock or SystemClock()
    metrics, spans = metrics or Metrics(), tracer(SERVICE, settings.telemetry.otlp_endpoint)
    model = model or _model(settings, metrics)
    classifier = Classifier(
        model,
        departments=settings.departments,
        read_scan=_scan_reader(settings, model, reader, metrics),
        clock=clock,
        review_below=settings.classifier.review_below,
        look=page_looks(settings),
    )
    connect = connect or exchanges(settings)
    metrics.serving(classifier.reference)
    limits = {TEXT: _texts_at_once(settings), SCANNED: SCANS_AT_ONCE}

    each, failures = settings.telemetry.log_level == "debug", settings.failures

    def door(name: str, number: int) -> KafkaDoor:
        batch = None if spans is None else BatchSpans(spans, consumer_group(settings, name))
        observer = Observer(name, metrics, clock, batch, each=each, number=number)
        exchange = connect(TOPICS[name], name, number)
        cap = FailureCap(f"the classifier's door {name}", LABELLING_FAULTS, failures.window, failures.share)
        return KafkaDoor(
            exchange, classifier.label, limit=limits[name], clock=clock, observer=observer, cap=cap
        )

    # A worker that reads pages has a door, and so partitions, of its own: no document waits for another's pages.
    side_by_side = {TEXT: 1, SCANNED: ocr_workers(settings)}
    doors = [door(name, n) for name in settings.classifier.doors for n in range(side_by_side[name])]
    return Service(doors, metrics, spans)


def ocr_workers(settings: Settings) -> int:
    """How many pages are read at a time."""
    return settings.classifier.ocr_workers or usable_cores()


def _scan_reader(
    settings: Settings, model: Model, reader: DocumentReader | None, metrics: Metrics
) -> ReadScan:
    """What reads scans; where their door is closed, no OCR is needed."""
    if SCANNED not in settings.classifier.doors:
        return unread
    reader = reader or ocr_pool(settings, metrics)
    return ScanReader(reader, ObjectStore(settings.objects.uri), model.manifest.prep_version)


def page_looks(settings: Settings) -> PageLooks:
    """What makes pages small for models that look at them: in processes of their own, as many as read pages."""
    return PageLooks(ObjectStore(settings.objects.uri), PageLooker(ocr_workers(settings)))


def consumer_group(settings: Settings, door: str) -> str:
    """A door's consumer group."""
    return f"{settings.classifier.consumer_group}-{door}"


def _texts_at_once(settings: Settings) -> int:
    given = settings.classifier.batch_size
    return given if settings.classifier.remote.url is None else min(given, REMOTE_TEXTS_AT_ONCE)


def _model(settings: Settings, metrics: Metrics) -> Model:
    """The model behind HTTP where one is set, else the package."""
    if settings.classifier.remote.url is None:
        return load_model(settings.classifier.package)
    from classifier_service.remote.starting import remote_model  # noqa: PLC0415 - an HTTP client that few need

    return remote_model(settings.classifier, metrics)


def load_model(location: str | Path | None) -> Model:
    """Load a package and let it prove that it predicts here what it did where it was trained.

    Raises:
        UsageError: None is named, and none is where hosting puts one.
        PackageError: It must not be used.
        StoreUnavailable: The object store does not answer.
    """
    from classifier_service.packages import load_package  # noqa: PLC0415 - numerical libraries, which fakes do without

    package = load_package(location)
    package.check_golden()
    return package


def ocr_pool(settings: Settings, metrics: Metrics) -> DocumentReader:
    """Processes that read pages.

    Raises:
        OcrUnavailable: OCR is not installed; the message says how to.
    """
    from mailroom.extract.reading.pool import OcrPool  # noqa: PLC0415 - fakes do without

    return OcrPool(ocr_workers(settings), watch=metrics.reading)


def exchanges(settings: Settings) -> Connect:
    """Exchanges with the log that the settings name; raises as `kafka_exchanges` and `kinesis_exchanges` do."""
    return kinesis_exchanges(settings) if settings.log == "kinesis" else kafka_exchanges(settings)


def kinesis_exchanges(settings: Settings) -> Connect:
    """Exchanges with Kinesis; doors of one name share its shards, as instances do.

    Raises:
        LogUnavailable: Nobody answers.
        StreamError: A stream is missing.
    """
    from mailroom.streams.kinesis import KinesisLog  # noqa: PLC0415 - AWS's client, which few need
    from mailroom.streams.kinesis_exchange import KinesisExchange  # noqa: PLC0415 - likewise

    kinesis, log = settings.kinesis, KinesisLog(settings.kinesis, settings.objects.uri)
    side_by_side = {TEXT: 1, SCANNED: ocr_workers(settings)}

    def connect(topic: Topic, name: str, number: int) -> Exchange:
        doors = side_by_side[name]
        return KinesisExchange(
            log,
            [topic],
            consumer_group(settings, name),
            (Topic.CLASSIFIED, Topic.DEAD_LETTER),
            stage=STAGE,
            member=kinesis.member * doors + number,
            members=kinesis.members * doors,
        )

    return connect


def kafka_exchanges(settings: Settings) -> Connect:
    """Exchanges with Kafka.

    Every door has a group of its own: within one, a member that joins would wait for the one that reads a page.

    Raises:
        LogUnavailable: No broker answers.
    """
    from mailroom.streams.kafka import require_broker  # noqa: PLC0415 - likewise
    from mailroom.streams.kafka_exchange import KafkaExchange  # noqa: PLC0415

    require_broker(settings.kafka)
    kafka, classifier = settings.kafka, settings.classifier

    def connect(topic: Topic, name: str, number: int) -> Exchange:
        member = f"{classifier.instance}-{name}-{number}"
        return KafkaExchange(kafka, [topic], consumer_group(settings, name), member)

    return connect


def _told(error: BaseException) -> MailroomError:
    """An error as one line: where a fault of ours lies, but not its text, which may quote a document."""
    if isinstance(error, MailroomError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return ServiceFailed(f"{type(error).__name__} at {place}: start the service again, and report it")


def _join(threads: Sequence[threading.Thread], seconds: float) -> bool:
    deadline = SystemClock.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - SystemClock.monotonic()))
    return not any(thread.is_alive() for thread in threads)
