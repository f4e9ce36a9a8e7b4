"""What `mailroom watch --json` prints of an outcome."""

from mailroom.contracts.records import Candidate, Classification, Failure, ModelReference, Position, Source
from mailroom.following.commands import document
from mailroom.following.ledger import Outcome

MOMENT = "2026-01-01T00:00:00.000Z"
LABEL = Classification(
    id="mail~1",
    label="invoice",
    confidence=0.9,
    candidates=(Candidate("invoice", 0.9),),
    decision="auto",
    department="accounts-payable",
    language="en",
    model=ModelReference("m", "1", "d"),
    source=Source("documents.raw", 0, 0, "text/plain", 1, "00", MOMENT, "a.txt", parent="mail"),
    cleansed_at=MOMENT,
    classified_at=MOMENT,
    duplicate_of="first",
)


def test_a_part_names_its_parent_and_the_first_of_its_content() -> None:
    """Both are left out where there is none."""
    assert document(Outcome("mail~1", "a.txt", 0.5, LABEL, parent="mail")) == {
        "id": "mail~1",
        "file": "a.txt",
        "age_seconds": 0.5,
        "parent": "mail",
        "duplicate_of": "first",
        "label": "invoice",
        "confidence": 0.9,
        "decision": "auto",
        "department": "accounts-payable",
    }


def test_a_dead_document_says_why() -> None:
    """One that was sent by itself has no parent."""
    failure = Failure("stream-processing", "encrypted", "locked", Position("documents.raw", 0, 0))
    assert document(Outcome("a", "a.zip", 1.0, failure=failure)) == {
        "id": "a",
        "file": "a.zip",
        "age_seconds": 1.0,
        "label": None,
        "reason": "encrypted",
        "message": "locked",
    }
