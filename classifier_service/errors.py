"""What ends the service, and what keeps it from answering now."""

from mailroom.contracts.errors import MailroomError
from mailroom.web.errors import Overloaded

__all__ = ["ModelUnavailable", "Overloaded", "ServiceFailed"]


class ServiceFailed(MailroomError):
    """A fault of the service itself; what was not committed is read again at the next start."""


class ModelUnavailable(MailroomError):
    """The model does not answer now, for no document's fault: what was to be labelled waits."""
