"""What ends the service."""

from mailroom.contracts.errors import MailroomError


class ServiceFailed(MailroomError):
    """A fault of the service itself; what was not committed is read again at the next start."""
