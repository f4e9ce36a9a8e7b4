"""A document that gets no label, and why."""

from dataclasses import dataclass

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one document, and only this one, gets no label.

    Attributes:
        reason: What its dead letter names.
        message: What happened, for a person; never the document's text.
        exception: Class name of the error.
    """

    reason: Reason
    message: str
    exception: str = "MalformedRecord"


def refusal_of(error: Exception, reason: Reason, what: str) -> Refusal:
    """An error as a refusal; one that already names its reason keeps it.

    Args:
        error: What was raised.
        reason: For errors that name none.
        what: What was being done. The text of a library's error is left out: it may quote the document.
    """
    kind = type(error).__name__
    if isinstance(error, MalformedRecord):
        return Refusal(error.reason, str(error), kind)
    return Refusal(reason, f"{what} ({kind})", kind)
