"""Documents with pages: judged by words, looks or both, and the page that decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pytest

from classifier_service.classifier import Classifier
from classifier_service.refusal import Refusal
from classifier_service.scans import PagedText
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Classification, ScannedDocument
from mailroom.features.batch import PageBatch
from mailroom.features.pages import HEIGHT, WIDTH, Pixels
from mailroom.model_package import Manifest
from mailroom.streams.clock import FakeClock
from tests.unit.classifier_service.fakes import (
    DEPARTMENTS,
    MANIFEST,
    FakeModel,
    scanned_document,
    text_document,
)

IMAGES = replace(MANIFEST, input_kind="image", kernel="page-blend", thresholds={})
WORDS_AND_LOOKS, LOOKS = frozenset({"text", "pages"}), frozenset({"pages"})


@dataclass
class FakePages:
    """An invoice by its dark pages, an offer by the word; words count where there is one."""

    reads: frozenset[str] = WORDS_AND_LOOKS
    manifest: Manifest = IMAGES
    calls: list[int] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Never asked."""
        raise AssertionError(f"{len(texts)} texts without their pages")

    def predict_pages(self, batch: PageBatch) -> npt.NDArray[np.float64]:
        """One row per document."""
        self.calls.append(len(batch))
        return np.array([_row(text, pages) for text, pages in zip(batch.texts, batch.pages, strict=True)])


def _row(text: str, pages: Pixels) -> list[float]:
    if "poison" in text:
        raise RuntimeError("poison")
    offers = text.count("offer")
    ink = float(1 - pages.mean() / 255) if len(pages) else 0.0
    offer, invoice = min(0.9, 0.3 * offers), 0.9 * ink if not offers else 0.05
    return [invoice, offer, max(0.0, 1 - invoice - offer)]


def pixels(*ink: float) -> Pixels:
    """Pages of so much ink."""
    return np.stack([np.full((HEIGHT, WIDTH), round(255 * (1 - share)), np.uint8) for share in ink])


@dataclass
class Scans:
    """Reads the pages it was given."""

    pages: tuple[str, ...] = ("",)
    read: int = 0

    def __call__(self, _: ScannedDocument) -> PagedText:
        """Their text."""
        self.read += 1
        return PagedText("\n\n".join(page for page in self.pages if page), "de", (), 1, self.pages)


def labelled(model: FakePages | FakeModel, scans: Scans, looks: Pixels) -> Classification:
    """A scan of these pages."""
    service = Classifier(
        model, departments=DEPARTMENTS, read_scan=scans, clock=FakeClock(), look=lambda _: looks
    )
    [outcome] = service.label([scanned_document()])
    assert isinstance(outcome, Classification)
    return outcome


def test_a_scan_is_judged_by_its_looks_and_its_words() -> None:
    """A dark page is an invoice, the same page with the word an offer."""
    dark = pixels(1.0)
    assert labelled(FakePages(), Scans(("zahlen",)), dark).label == "invoice"
    assert labelled(FakePages(), Scans(("offer offer offer",)), dark).label == "offer"


@pytest.mark.parametrize(
    ("texts", "ink", "label", "page"),
    [
        (("one", "offer", "offer offer"), (0.5, 0.5, 0.5), "offer", 3),
        (("one", "two"), (0.6, 1.0), "invoice", 2),
        (("one", "", "offer offer", "four"), (1.0, 1.0, 1.0), "offer", 3),
        (("offer offer",), (1.0,), "offer", 1),
        (("", "pay", ""), (1.0, 0.9, 1.0), "invoice", 2),
        (("", "", "", "offer offer offer"), (0.0, 0.0, 0.0), "offer", 4),
    ],
)
def test_the_page_that_decided_is_named(
    texts: tuple[str, ...], ink: tuple[float, ...], label: str, page: int
) -> None:
    """It is the one that alone is surest of the label, by its words beyond the pages that are looked at."""
    outcome = labelled(FakePages(), Scans(texts), pixels(*ink))
    assert (outcome.label, outcome.deciding_page) == (label, page)


def test_a_text_package_names_the_page_as_well() -> None:
    """Its pages are told apart by their words; a page without any decides nothing."""
    outcome = labelled(FakeModel(), Scans(("", "an offer", "pay")), pixels(0.0))
    assert (outcome.label, outcome.deciding_page) == ("offer", 2)
    assert labelled(FakeModel(), Scans(("",)), pixels(0.0)).deciding_page is None


def test_a_page_that_breaks_the_model_does_not_decide() -> None:
    """The document was labelled: its label stands."""

    class Fragile(FakePages):
        def predict_pages(self, batch: PageBatch) -> npt.NDArray[np.float64]:
            if any(text == "two" for text in batch.texts):
                raise RuntimeError("two")
            return super().predict_pages(batch)

    outcome = labelled(Fragile(), Scans(("one", "two")), pixels(0.7, 1.0))
    assert (outcome.label, outcome.deciding_page) == ("invoice", 1)


def test_a_mail_is_judged_by_the_text_of_a_blend() -> None:
    """It has no page, none decided, and nothing is looked at."""
    service = Classifier(FakePages(), departments=DEPARTMENTS, read_scan=Scans(), clock=FakeClock())
    [outcome] = service.label([text_document("offer offer")])
    assert isinstance(outcome, Classification)
    assert (outcome.label, outcome.deciding_page, outcome.decision) == ("offer", None, "auto")


def test_a_package_of_images_alone_refuses_a_text() -> None:
    """The reason is its own and says what to do; the scan beside it is labelled without OCR."""
    scans = Scans()
    model = FakePages(reads=LOOKS)
    service = Classifier(
        model, departments=DEPARTMENTS, read_scan=scans, clock=FakeClock(), look=lambda _: pixels(0.2, 1.0)
    )
    refusal, outcome = service.label([text_document(), scanned_document()])
    assert refusal == Refusal(
        Reason.NO_PAGES,
        "package tiny looks at page images and this is a text: serve a package of texts or a blend for texts",
    )
    assert isinstance(outcome, Classification)
    assert (outcome.deciding_page, outcome.decision, outcome.language) == (2, "auto", "und")
    assert scans.read == 0


def test_a_scan_without_a_letter_goes_to_a_person() -> None:
    """A blend was calibrated on documents with letters."""
    outcome = labelled(FakePages(), Scans(("", "")), pixels(1.0, 1.0))
    assert (outcome.label, outcome.decision, outcome.deciding_page) == ("invoice", "review", 1)


def test_a_scan_that_breaks_the_model_fails_alone() -> None:
    """Beside a mail that is labelled."""
    service = Classifier(
        FakePages(), departments=DEPARTMENTS, read_scan=Scans(("poison",)), clock=FakeClock(),
        look=lambda _: pixels(1.0),
    )  # fmt: skip
    broken, fine = service.label([scanned_document(), text_document("offer offer")])
    assert (isinstance(broken, Refusal), isinstance(fine, Classification)) == (True, True)


def test_a_document_without_its_bytes_is_refused() -> None:
    """Where nobody was told how to fetch originals."""
    service = Classifier(FakePages(), departments=DEPARTMENTS, read_scan=Scans(), clock=FakeClock())
    [refusal] = service.label([scanned_document(None)])
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "original-missing"
