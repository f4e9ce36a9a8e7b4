"""What can go wrong at the HTTP door besides a caller's mistakes."""

from ingest.errors import IngestError


class DoorTaken(IngestError):
    """Another door holds the folder."""


class JournalUnusable(IngestError):
    """The journal, or the room for uploads, cannot be used now."""


class NotAcknowledged(IngestError):
    """The log did not say that it has a document; it may have it."""
