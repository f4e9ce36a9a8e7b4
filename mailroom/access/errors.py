"""What can be wrong with keys."""

from mailroom.contracts.errors import MailroomError


class KeysUnusable(MailroomError):
    """The file of keys cannot be read, written or trusted; nobody is let in until it is mended."""
