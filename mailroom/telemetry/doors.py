"""What a door records: its batches, its queue, and what became of each document."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from mailroom.contracts.records import Classification
from mailroom.streams.clock import parse_rfc3339

CONFIDENCES = [step / 20 for step in range(1, 20)]
DOCUMENTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]
AGE_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600]


class DoorMetrics:
    """Records what one door does; each call costs microseconds, and none keeps a document.

    Args:
        instruments: What all doors share.
        door: The value of the label `door`.
    """

    def __init__(self, instruments: "DoorInstruments", door: str) -> None:
        self._instruments = instruments
        self._door = door
        self._confidence = instruments.confidence.labels(door)
        self._age = instruments.age.labels(door)
        self._batch_seconds = instruments.batch_seconds.labels(door)
        self._batch_documents = instruments.batch_documents.labels(door)
        self._lost = instruments.lost.labels(door)
        # Looking a child up by its labels costs more than counting with it.
        self._classified: dict[tuple[str, str], Counter] = {}

    def labelled(self, result: Classification, now: float) -> None:
        """One document was labelled, and whoever waits for it can have it.

        Args:
            result: Its label.
            now: Seconds since the epoch; with the time of entry it gives the document's age.
        """
        key = (result.label, result.decision)
        counter = self._classified.get(key)
        if counter is None:
            counter = self._classified[key] = self._instruments.classified.labels(self._door, *key)
        counter.inc()
        self._confidence.observe(result.confidence)
        self._age.observe(max(0.0, now - parse_rfc3339(result.source.received_at)))

    def refused(self, reason: str) -> None:
        """One document got no label.

        Args:
            reason: A value of `mailroom.contracts.reasons.Reason`.
        """
        self._instruments.refused.labels(self._door, reason).inc()

    def batch(self, documents: int, seconds: float) -> None:
        """One batch was answered."""
        self._batch_documents.observe(documents)
        self._batch_seconds.observe(seconds)

    def lost(self) -> None:
        """One batch's transaction was refused; its documents are read again."""
        self._lost.inc()

    def queue(self, size: Callable[[], float]) -> None:
        """Name the function that tells how many documents wait for a batch; it is asked at each scrape."""
        self._instruments.queue.labels(self._door).set_function(size)


class DoorInstruments:
    """The metrics that all doors of a registry share."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"mailroom_{name}", text, ["door", *labels], registry=registry)

        def histogram(name: str, text: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(f"mailroom_{name}", text, ["door"], registry=registry, buckets=buckets)

        self.classified = counter(
            "documents_classified", "Documents labelled, by label and decision.", "label", "decision"
        )
        self.refused = counter(
            "documents_refused", "Documents that got no label; from the log, dead letters.", "reason"
        )
        self.lost = counter("batches_lost", "Batches whose transaction was refused; read again.")
        self.confidence = histogram(
            "classification_confidence_ratio", "Calibrated confidence of the labels.", CONFIDENCES
        )
        self.age = histogram(
            "document_age_seconds", "From a document's entry into the system to its label.", AGE_SECONDS
        )
        self.batch_seconds = histogram("batch_duration_seconds", "Work on one batch.", BATCH_SECONDS)
        self.batch_documents = histogram("batch_documents", "Documents in one batch.", DOCUMENTS)
        self.queue = Gauge(
            "mailroom_queue_documents", "Documents that wait for a batch.", ["door"], registry=registry
        )

    def door(self, name: str) -> DoorMetrics:
        """What one door records into."""
        return DoorMetrics(self, name)
