"""What a door answers with another status than the work's own, told apart from any protocol."""

from mailroom.contracts.errors import MailroomError


class Overloaded(MailroomError):
    """More work waits than may; whoever asks is told to come back."""
