"""What can go wrong at a door.

IngestError
├── Unsendable       one document cannot be sent; others can
├── FolderTaken      another watcher holds the folder
├── FolderUnusable   the folder cannot be watched
└── SourceUnavailable  what a door fetches from does not answer now
    └── SourceRefused  it answers, and does not let us in, or not do what we must
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


class SourceUnavailable(IngestError):
    """A mail server, a bucket, a queue or a topic does not answer now; the work can be tried again."""


class SourceRefused(SourceUnavailable):
    """It answers and refuses: a wrong password, a missing right. At the start of a door that is its end."""
