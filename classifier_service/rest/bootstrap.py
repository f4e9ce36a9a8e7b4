"""The one place where the door is put together: settings to model, model to application."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from classifier_service.batching import Batcher, BatchLimits
from classifier_service.classifier import Classifier, Model
from classifier_service.labelling import Labeller
from classifier_service.models import LoadPackage, Models
from classifier_service.rest.app import Door
from classifier_service.rest.bodies import BodyLimits, BodyReader
from classifier_service.rest.endpoint import DoorState
from classifier_service.rest.operations import operations
from classifier_service.scans import ReadScan, ScanReader, unread
from classifier_service.service import ocr_pool
from classifier_service.workers import Workers
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.extract.reading.reader import DocumentReader
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock
from mailroom.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class RestService:
    """The door, not yet open.

    Attributes:
        door: The application.
        labeller: What answers; to be closed at the end.
        state: Whether the door is draining.
    """

    door: Door
    labeller: Labeller
    state: DoorState


def build(settings: Settings, load: LoadPackage) -> RestService:
    """Wire the door.

    Args:
        settings: All settings.
        load: Where packages come from.

    Raises:
        MailroomError: The package must not be used, or does not fit the settings.
    """
    rest, state = settings.rest, DoorState()
    labeller = Labeller(
        Models(load, _classifiers(settings), name=rest.model_name),
        Batcher(BatchLimits(rest.batch_size, rest.queue)),
        Workers(rest.workers, rest.long_queue),
    )
    bodies = BodyReader(BodyLimits(rest.max_body_bytes, rest.body_seconds, rest.max_bodies_bytes))
    door = Door(operations(labeller, bodies, state), labeller.models.name, state)
    return RestService(door, labeller, state)


def _classifiers(settings: Settings) -> Callable[[Model], Classifier]:
    reader, clock = _reader(settings), SystemClock()
    originals = ObjectStore(settings.objects.uri)

    def serve(package: Model) -> Classifier:
        prep_version = package.manifest.prep_version
        read: ReadScan = unread if reader is None else ScanReader(reader, originals, prep_version)
        return Classifier(
            package,
            departments=settings.departments,
            read_scan=read,
            clock=clock,
            review_below=settings.classifier.review_below,
        )

    return serve


def _reader(settings: Settings) -> DocumentReader | None:
    """What reads pages; None where the image has no OCR, which labels texts all the same."""
    try:
        return ocr_pool(settings, Metrics())
    except OcrUnavailable as error:
        structlog.get_logger().warning("scans are refused", cause=str(error))
        return None
