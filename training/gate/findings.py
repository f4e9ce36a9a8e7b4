"""Why a candidate is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """The closed set of reasons; each has one meaning, for a person and for a script."""

    TAMPERED = "tampered"
    """A file is not the one that the manifest vouches for, or is missing."""
    UNSUPPORTED = "unsupported"
    """Written for text rules, a format or a runtime that this version does not know."""
    ARCHITECTURE = "other-architecture"
    """The image is for another kind of machine."""
    GOLDEN = "golden"
    """The packaged container predicts something else than the package promises."""
    BROKEN = "broken"
    """It does not start, or ended while it was asked."""
    MISSING_CLASS = "missing-class"
    """It cannot give a label that the champion gives, or that documents have."""
    LEAKED = "leaked"
    """It learnt from the documents that it is judged on, or does not say what it learnt from."""
    INTEGRITY = "data-integrity"
    """The checks of its training data said stop."""
    WORSE = "worse"
    """It labels worse than the champion, by more than the margin."""
    WORSE_IN_CLASS = "worse-in-class"
    """It labels a class worse than the champion, by more than the margin."""
    UNDECIDED = "undecided"
    """The documents are too few to show that it is no worse."""
    MISCALIBRATED = "mis-calibrated"
    """Its confidence says less of its errors than the champion's."""
    UNREVIEWED = "unreviewed-errors"
    """More wrong labels pass without a person than with the champion."""
    UNANSWERED = "unanswered"
    """It gives no label where the champion gives one."""
    SLOWER = "slower"
    """It takes longer for a document than the champion, by more than the limit."""
    LARGER = "larger"
    """It takes more memory than the champion, by more than the limit."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to let a candidate through.

    Attributes:
        cause: Which.
        message: What was found and what mends it, in a sentence.
    """

    cause: Cause
    message: str

    def told(self) -> dict[str, str]:
        """As JSON-serialisable values."""
        return {"reason": str(self.cause), "message": self.message}
