"""The one place where the door is put together: settings to model, model to application."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from classifier_service.batching import Batcher, BatchLimits
from classifier_service.classifier import Classifier, Model
from classifier_service.labelling import Labeller
from classifier_service.models import LoadPackage, Models
from classifier_service.rest.app import Door
from classifier_service.rest.observing import DOOR, Observer
from classifier_service.rest.operations import operations
from classifier_service.scans import ReadScan, ScanReader, unread
from classifier_service.service import SERVICE, ocr_pool, ocr_workers, page_looks
from classifier_service.workers import Workers
from mailroom.access.guarding import ring_for
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.extract.reading.reader import DocumentReader
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import tracer
from mailroom.web.bodies import BodyLimits, BodyReader
from mailroom.web.endpoint import DoorState
from mailroom.web.guard import Guard


@dataclass(frozen=True, slots=True)
class RestService:
    """The door, not yet open.

    Attributes:
        door: The application.
        labeller: What answers.
        observer: Watches.
        state: Whether the door is draining.
    """

    door: Door
    labeller: Labeller
    observer: Observer
    state: DoorState

    def close(self) -> None:
        """End threads and parsers, and send what spans wait."""
        self.labeller.close()
        if self.observer.spans is not None:
            self.observer.spans.close()


def build(settings: Settings, load: LoadPackage) -> RestService:
    """Wire the door.

    Args:
        settings: All settings.
        load: Where packages come from.

    Raises:
        MailroomError: The package must not be used, or does not fit the settings.
        UsageError: Other machines could reach the door and nobody would ask them for a key.
    """
    rest, state, metrics = settings.rest, DoorState(), Metrics()
    guard = Guard(ring_for(settings.access, rest.host, "the REST door", ours_on_loopback=False))
    spans = tracer(SERVICE, settings.telemetry.otlp_endpoint)
    observer = Observer(metrics, spans, each=settings.telemetry.log_level == "debug")
    models = Models(
        load,
        _classifiers(settings, metrics),
        name=rest.model_name,
        announce=lambda model: metrics.serving(model.classifier.reference),
    )
    batcher = Batcher(BatchLimits(rest.batch_size, rest.queue, rest.gather_seconds), observer.batch)
    metrics.door(DOOR).queue(lambda: len(batcher))
    workers = Workers(rest.workers or ocr_workers(settings), rest.long_queue)
    labeller = Labeller(models, batcher, workers, observer.labelled)
    bodies = BodyReader(BodyLimits(rest.max_body_bytes, rest.body_seconds, rest.max_bodies_bytes))
    door = Door(operations(labeller, bodies, metrics, state), models.name, observer, state, guard)
    return RestService(door, labeller, observer, state)


def _classifiers(settings: Settings, metrics: Metrics) -> Callable[[Model], Classifier]:
    reader, clock = _reader(settings, metrics), SystemClock()
    originals, look = ObjectStore(settings.objects.uri), page_looks(settings)

    def serve(package: Model) -> Classifier:
        prep_version = package.manifest.prep_version
        read: ReadScan = unread if reader is None else ScanReader(reader, originals, prep_version)
        return Classifier(
            package,
            departments=settings.departments,
            read_scan=read,
            clock=clock,
            review_below=settings.classifier.review_below,
            look=look,
        )

    return serve


def _reader(settings: Settings, metrics: Metrics) -> DocumentReader | None:
    """What reads pages; None where the image has no OCR, which labels texts all the same."""
    try:
        return ocr_pool(settings, metrics)
    except OcrUnavailable as error:
        structlog.get_logger().warning("scans are refused", cause=str(error))
        return None
