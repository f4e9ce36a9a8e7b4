"""Why a message did not arrive."""

from mailroom.contracts.errors import MailroomError


class NotDelivered(MailroomError):
    """A message did not arrive this time.

    Args:
        reason: What happened and what mends it; without anything that a document or an answer holds.
        final: Trying the same again cannot help.
        retry_after: Seconds that the receiver asks to wait.
    """

    def __init__(self, reason: str, *, final: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.final = final
        self.retry_after = retry_after
