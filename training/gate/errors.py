"""What keeps the gate from a verdict; what speaks against a candidate is a `Refusal`."""

from mailroom.contracts.errors import MailroomError


class NoVerdict(MailroomError):
    """The gate could not judge: the champion or the machine is not as it must be."""


class ServiceEnded(MailroomError):
    """A contender's service did not start, or ended while it was asked."""


class SignatureInvalid(MailroomError):
    """A verdict is not signed by the given key, or speaks of something else."""
