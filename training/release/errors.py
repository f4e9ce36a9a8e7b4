"""What keeps a release from its end; nothing of it is in production then, and it may be repeated."""

from mailroom.contracts.errors import MailroomError


class ReleaseFailed(MailroomError):
    """A release could not go on; the champion is the one of before."""
