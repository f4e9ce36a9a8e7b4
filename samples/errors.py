"""What can be wrong with the generator's data or a call of it."""

from mailroom.contracts.errors import MailroomError, UsageError


class BrokenSampleData(MailroomError):
    """A YAML file of the generator breaks its own rules; the message names the file or the template."""


class UnknownChoice(UsageError):
    """A label, language or form that the generator does not have."""
