"""The error tree of the whole system.

MailroomError            anything a user may meet; its message says the mend
├── UsageError           the call was wrong (exit status 2)
├── GateRefused          a gate said no (exit status 3)
└── MalformedRecord      a Kafka record that breaks its contract; carries the reason it is dead-lettered for
"""

from typing import ClassVar

from mailroom.contracts.reasons import Reason


class MailroomError(Exception):
    """The root of every error that Mailroom raises on purpose; the message says what to do about it."""

    exit_code: ClassVar[int] = 1


class UsageError(MailroomError):
    """A call, a flag or a setting that cannot be right."""

    exit_code: ClassVar[int] = 2


class GateRefused(MailroomError):
    """A gate or an integrity check said no."""

    exit_code: ClassVar[int] = 3


class MalformedRecord(MailroomError):
    """A record or document that cannot be processed, with the reason that its dead letter names."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
