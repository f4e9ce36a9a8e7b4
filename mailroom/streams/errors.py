"""What can go wrong between a part and the log.

StreamError
├── LogUnavailable   no broker answers
├── DeliveryFailed   a record was not acknowledged
│   └── RecordRefused  the log will never take it
└── WorkLost         a transaction was refused; nothing of it is visible and its input will be read again
"""

from mailroom.contracts.errors import MailroomError


class StreamError(MailroomError):
    """The root of the streams' errors."""


class LogUnavailable(StreamError):
    """No broker answers at the bootstrap address."""


class DeliveryFailed(StreamError):
    """A record was not acknowledged by the log."""


class RecordRefused(DeliveryFailed):
    """The log will never take a record, however often it is sent: it is too large, or invalid."""


class WorkLost(StreamError):
    """A transaction was aborted: its input is delivered again, here or to another instance."""
