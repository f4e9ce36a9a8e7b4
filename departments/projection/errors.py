"""What can be wrong with a record that is to be projected."""

from enum import StrEnum

from mailroom.contracts.errors import MailroomError


class Why(StrEnum):
    """Why a record was not applied."""

    MALFORMED = "malformed-record"
    """It is not what its topic promises."""
    UNSTORABLE = "cannot-be-stored"
    """The database does not take a value of it."""
    UNKNOWN_LABEL = "unknown-label"
    """A judgement names a label that no department acts on."""
    UNKNOWN_DOCUMENT = "unknown-document"
    """A judgement came before its document's label did; it is applied once that comes."""


class NotApplicable(MailroomError):
    """A record that cannot be applied, kept whole as a refusal."""

    def __init__(self, why: Why, message: str, document_id: str | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.document_id = document_id
