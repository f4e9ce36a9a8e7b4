"""The core: documents in, labels out."""

from dataclasses import replace

import pytest

from classifier_service.refusal import Refusal
from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Candidate, Classification, ModelReference
from mailroom.objects import StoreUnavailable
from tests.unit.classifier_service.fakes import (
    DEPARTMENTS,
    MANIFEST,
    SOURCE,
    FakeModel,
    FakeScans,
    classifier,
    scanned_document,
    text_document,
)


def test_a_text_gets_its_label() -> None:
    """Every field of a classification comes from the model, the document, the settings and the clock."""
    [result] = classifier().label([text_document()])
    assert result == Classification(
        id="a",
        label="invoice",
        confidence=0.7,
        candidates=(Candidate("invoice", 0.7), Candidate("other", 0.2), Candidate("offer", 0.1)),
        decision="auto",
        department="accounts-payable",
        language="en",
        model=ModelReference("tiny", "1", "d1"),
        source=SOURCE,
        cleansed_at="2025-12-31T23:59:59.000Z",
        classified_at="2026-01-01T00:00:00.000Z",
    )


def test_no_documents_no_labels() -> None:
    """An empty batch does not reach the model."""
    model = FakeModel()
    assert (classifier(model).label([]), model.calls) == ([], [])


def test_a_scan_is_read_and_gets_its_label() -> None:
    """A scan's label and language come from the text that was read from it."""
    [result] = classifier().label([scanned_document(b"ein offer")])
    assert isinstance(result, Classification)
    assert (result.id, result.label, result.department, result.language) == (
        "s",
        "offer",
        "procurement",
        "de",
    )


@pytest.mark.parametrize(
    ("text", "review_below", "decision"),
    [
        ("an invoice", None, "auto"),
        ("an offer", None, "review"),
        ("an invoice", 0.7, "auto"),
        ("an invoice", 0.71, "review"),
        ("an offer", 0.0, "auto"),
    ],
)
def test_a_doubtful_label_goes_to_a_person(text: str, review_below: float | None, decision: str) -> None:
    """Below the package's threshold of the label, or the setting that overrides it, a person must look."""
    [result] = classifier(review_below=review_below).label([text_document(text)])
    assert isinstance(result, Classification)
    assert result.decision == decision


@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_document_that_breaks_the_model_fails_alone(place: int) -> None:
    """One poisoned text of seven is refused with its reason, without its text; six get their labels in order."""
    documents = [text_document("poison" if n == place else "pay", str(n)) for n in range(7)]
    outcomes = classifier().label(documents)
    refusal = Refusal(
        Reason.INFERENCE_FAILED, "the model failed on this document (RuntimeError)", "RuntimeError"
    )
    assert outcomes[place] == refusal
    labelled = [outcome.id for outcome in outcomes if isinstance(outcome, Classification)]
    assert labelled == [str(n) for n in range(7) if n != place]


def test_a_healthy_batch_costs_one_call() -> None:
    """Only a batch that fails is taken apart, by halves."""
    healthy, poisoned = FakeModel(), FakeModel()
    classifier(healthy).label([text_document()] * 8)
    classifier(poisoned).label([text_document("poison"), *[text_document()] * 7])
    assert (healthy.calls, poisoned.calls) == ([8], [8, 4, 2, 1, 1, 2, 4])


def test_no_number_is_no_answer() -> None:
    """A document for which the model computes nothing sound is refused, not labelled at random."""
    broken, fine = classifier().label([text_document("nothing"), text_document()])
    assert isinstance(broken, Refusal)
    assert broken.reason == "inference-failed"
    assert isinstance(fine, Classification)


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0"])
def test_no_text_no_label(text: str) -> None:
    """A text record in which nothing is written is refused."""
    [refused] = classifier().label([text_document(text)])
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.NO_TEXT


def test_a_scan_without_a_legible_letter_goes_to_a_person() -> None:
    """However sure the model is of nothing, a page that nobody could read is for a person's eyes."""
    [result] = classifier(review_below=0.0).label([scanned_document(b" ")])
    assert isinstance(result, Classification)
    assert result.decision == "review"


def test_unknown_text_rules_are_refused() -> None:
    """A text that was cleansed by rules this release does not carry gets no label."""
    [refused] = classifier().label([text_document(prep_version=99)])
    assert isinstance(refused, Refusal)
    assert refused.reason == "unsupported-prep-version"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MalformedRecord(Reason.ORIGINAL_MISSING, "gone"), "original-missing"),
        (MalformedRecord(Reason.TOO_SLOW, "slow"), "too-slow"),
        (ZeroDivisionError("in the reader"), "unparsable"),
    ],
)
def test_a_scan_that_cannot_be_read_fails_alone(error: Exception, reason: str) -> None:
    """Whatever reading a scan raises concerns that scan; the text beside it gets its label."""
    refused, fine = classifier(scans=FakeScans(error)).label([scanned_document(), text_document()])
    assert isinstance(refused, Refusal)
    assert refused.reason == reason
    assert isinstance(fine, Classification)


def test_a_store_that_is_gone_is_no_documents_fault() -> None:
    """When the object store does not answer, nothing is refused: the batch fails and can be tried again."""
    with pytest.raises(StoreUnavailable):
        classifier(scans=FakeScans(StoreUnavailable("down"))).label([scanned_document()])


def test_a_label_without_a_department_is_found_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package whose label reaches nobody is refused before the first document."""
    monkeypatch.delitem(DEPARTMENTS, "offer")
    with pytest.raises(UsageError, match=r"no department handles: offer; name one .* mailroom\.yaml"):
        classifier()


def test_pages_for_a_model_that_takes_texts_alone_are_refused_at_the_start() -> None:
    """A package that looks at pages would turn every scan away."""
    images = FakeModel(manifest=replace(MANIFEST, input_kind="image", kernel="image-neural"))
    with pytest.raises(UsageError, match="tiny reads page images, and the model behind it takes texts alone"):
        classifier(model=images)
