"""What the HTTP door tells of documents besides its requests: counts, and at debug a line with each id, no name."""

from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from ingest.http.entries import Entry


class UploadObserver:
    """Watches uploads.

    Args:
        registry: What is exposed.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._documents = Counter(
            "mailroom_uploaded_documents",
            "Documents that the log has acknowledged, and those that their idempotency key had brought before.",
            ["outcome"],
            registry=registry,
        )
        self._bytes = Counter("mailroom_uploaded_bytes", "Bytes of those documents.", registry=registry)
        self._uploading = Gauge(
            "mailroom_uploads_in_progress",
            "Requests whose documents are coming or being sent.",
            registry=registry,
        )

    def began(self) -> None:
        """A request with documents has come."""
        self._uploading.inc()

    def ended(self) -> None:
        """It was answered."""
        self._uploading.dec()

    def accepted(self, entries: Sequence[Entry]) -> None:
        """The log has these."""
        self._documents.labels("accepted").inc(len(entries))
        self._bytes.inc(sum(entry.size or 0 for entry in entries))
        for entry in entries:
            structlog.get_logger().debug("received", document_id=entry.id, size=entry.size)

    def repeated(self, entries: Sequence[Entry]) -> None:
        """These came again under their idempotency key."""
        self._documents.labels("repeated").inc(len(entries))
