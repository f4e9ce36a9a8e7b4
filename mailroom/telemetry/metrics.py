"""What the service counts and times, as Prometheus metrics.

    metrics = Metrics()
    door = metrics.door("rest")
    door.labelled(classification, now=clock.now())
    body, content_type = metrics.exposition(request.headers.get("accept", ""))

Names follow Prometheus's conventions: base units (seconds, ratios from 0 to 1), `_total` for what only grows. The share
of documents that a person must look at is a quotient of two rates of `mailroom_documents_classified_total`, by its
`decision`. No metric has a label whose values a document or a caller chooses.
"""

from prometheus_client import CollectorRegistry, Gauge, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder

from mailroom.contracts.records import ModelReference
from mailroom.telemetry.consumers import ConsumerMetrics
from mailroom.telemetry.doors import DoorInstruments, DoorMetrics
from mailroom.telemetry.reading import ReadingMetrics
from mailroom.telemetry.remote import RemoteMetrics
from mailroom.telemetry.requests import RequestMetrics


class Metrics:
    """All metrics of one service, in a registry of their own: two services in one process do not mix.

    Attributes:
        registry: What is exposed.
        requests: HTTP requests; recorded by the REST door.
        reading: Pages read by OCR.
        consumers: How far a reader of the log is behind.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._doors = DoorInstruments(self.registry)
        self._model = Gauge(
            "mailroom_model_info",
            "The package that gives the labels, always 1.",
            ["name", "version", "digest"],
            registry=self.registry,
        )
        self.requests = RequestMetrics(self.registry)
        self.reading = ReadingMetrics(self.registry)
        self.consumers = ConsumerMetrics(self.registry)

    def remote(self) -> RemoteMetrics:
        """What a model behind HTTP is recorded into; to be called once, where there is one."""
        return RemoteMetrics(self.registry)

    def door(self, name: str) -> DoorMetrics:
        """What one door records into; `name` becomes the label `door`."""
        return self._doors.door(name)

    def serving(self, model: ModelReference) -> None:
        """Name the package that is in service from now on."""
        self._model.clear()
        self._model.labels(model.name, model.version, model.digest).set(1)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics as text, and its media type.

        Args:
            accept: The request's `Accept` header; it may ask for OpenMetrics.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
