"""What can go wrong at a door.

IngestError
├── Unsendable       one document cannot be sent; others can
├── FolderTaken      another watcher holds the folder
└── FolderUnusable   the folder cannot be watched
"""

from mailroom.contracts.errors import MailroomError


class IngestError(MailroomError):
    """The root of the doors' errors."""


class Unsendable(IngestError):
    """A document that cannot be read or that the log refuses; the others go on."""


class FolderTaken(IngestError):
    """Another watcher holds the folder."""


class FolderUnusable(IngestError):
    """The folder is missing, or may not be written to."""
