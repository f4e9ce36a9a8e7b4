"""The core that every door shares: documents in, labels out."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

from classifier_service.inference import predict_each
from classifier_service.judges import Model, Reading, deciding_page, judge_of
from classifier_service.refusal import Refusal, refusal_of
from classifier_service.scans import Look, ReadScan, look, pages_of
from mailroom.contracts.errors import MailroomError, MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import (
    Candidate,
    Classification,
    ModelReference,
    ScannedDocument,
    TextDocument,
)
from mailroom.features.pages import no_pages
from mailroom.model_package import Manifest
from mailroom.model_package.runtimes import TEXT
from mailroom.model_package.runtimes.pooling import PAGES
from mailroom.streams.clock import Clock, rfc3339
from mailroom.textprep import SUPPORTED_PREP_VERSIONS, CleanText

__all__ = ["AUTO", "REVIEW", "Classifier", "Document", "Model", "Outcome"]

Document = TextDocument | ScannedDocument
Outcome = Classification | Refusal

AUTO = "auto"
REVIEW = "review"

UNKNOWN_LANGUAGE = "und"
_MEND_TEXT = "serve a package of texts or a blend for texts"


class Classifier:
    """Labels documents with one model package: by their words, by the looks of their pages, or by both.

    A scan in which no letter could be read is no broken document: it is labelled like any other, and a person looks.
    A text (a mail) is judged by the text part of a blend, which counts alone where there is no page; a package of
    images alone refuses it.

    Args:
        model: The package.
        departments: Label to department.
        read_scan: Text of a scanned document.
        clock: Tells when a label was given.
        review_below: Confidence (0 to 1) below which a person must look; None for the package's own thresholds.
        look: Page images of a scanned document; asked for packages that look at them.

    Raises:
        UsageError: A label of the package has no department: a label that reaches nobody is found out here, not by
            the documents that wait for it. Or the package reads page images, and the model takes texts alone.

    Attributes:
        reference: The package that labels.
    """

    def __init__(
        self,
        model: Model,
        *,
        departments: Mapping[str, str],
        read_scan: ReadScan,
        clock: Clock,
        review_below: float | None = None,
        look: Look = look,
    ) -> None:
        manifest = model.manifest
        _require_departments(manifest, departments)
        self._judge = judge_of(model)
        self.reference = ModelReference(manifest.name, manifest.version, manifest.digest)
        self._labels = manifest.labels
        self._departments = departments
        self._thresholds = {
            label: manifest.threshold(label) if review_below is None else review_below
            for label in manifest.labels
        }
        self._read_scan = read_scan
        self._look = look
        self._clock = clock

    def label(self, documents: Sequence[Document]) -> list[Outcome]:
        """Label documents; one that cannot be labelled fails alone.

        Returns:
            One outcome per document, in their order.

        Raises:
            MailroomError: What concerns no single document: the object store or the OCR engine is not there.
        """
        readings = [self._reading(document) for document in documents]
        rows = iter(predict_each(self._judge, [r for r in readings if isinstance(r, Reading)]))
        now = rfc3339(self._clock.now())
        return [
            reading if isinstance(reading, Refusal) else self._outcome(document, reading, next(rows), now)
            for document, reading in zip(documents, readings, strict=True)
        ]

    def _reading(self, document: Document) -> Reading | Refusal:
        try:
            return self._of_text(document) if isinstance(document, TextDocument) else self._of_pages(document)
        except MalformedRecord as error:
            return refusal_of(error, error.reason, "")

    def _of_text(self, document: TextDocument) -> Reading | Refusal:
        _require_prep_version(document.prep_version)
        if TEXT not in self._judge.reads:
            message = f"package {self.reference.name} looks at page images and this is a text: {_MEND_TEXT}"
            return Refusal(Reason.NO_PAGES, message)
        reading = Reading(document.text, document.language)
        if not reading.legible:
            return Refusal(Reason.NO_TEXT, "there is no text in the document: send it again")
        return reading

    def _of_pages(self, document: ScannedDocument) -> Reading:
        try:
            return self._seen(document)
        except MailroomError:
            raise
        except Exception as error:
            message = f"the pages could not be read ({type(error).__name__}): send another copy"
            raise MalformedRecord(Reason.UNPARSABLE, message) from error

    def _seen(self, document: ScannedDocument) -> Reading:
        """What the model asks for: OCR takes seconds, and a package of images needs none."""
        reads = self._judge.reads
        clean = self._read_scan(document) if TEXT in reads else CleanText("", UNKNOWN_LANGUAGE, (), 0)
        pixels = self._look(document) if PAGES in reads else no_pages()
        return Reading(clean.text, clean.language, pages_of(clean), pixels)

    def _outcome(self, document: Document, reading: Reading, row: list[float] | Refusal, now: str) -> Outcome:
        if isinstance(row, Refusal):
            return row
        candidates = self._candidates(row)
        best = candidates[0]
        return Classification(
            id=document.id,
            label=best.label,
            confidence=best.score,
            candidates=candidates,
            decision=AUTO if self._readable(reading) and self._sure(best) else REVIEW,
            department=self._departments[best.label],
            language=reading.language,
            model=self.reference,
            source=document.source,
            cleansed_at=document.cleansed_at,
            classified_at=now,
            deciding_page=self._deciding_page(reading, best.label),
        )

    def _deciding_page(self, reading: Reading, label: str) -> int | None:
        return deciding_page(self._judge, reading, self._labels.index(label)) if reading.paged else None

    def _readable(self, reading: Reading) -> bool:
        """Whether the model had what it was calibrated on: letters, if it reads any."""
        return reading.legible or TEXT not in self._judge.reads

    def _sure(self, best: Candidate) -> bool:
        return best.score >= self._thresholds[best.label]

    def _candidates(self, row: list[float]) -> tuple[Candidate, ...]:
        best_first = sorted(zip(row, self._labels, strict=True), key=itemgetter(0), reverse=True)
        return tuple([Candidate(label, score) for score, label in best_first])


def _require_departments(manifest: Manifest, departments: Mapping[str, str]) -> None:
    homeless = [label for label in manifest.labels if label not in departments]
    if homeless:
        raise UsageError(
            f"package {manifest.name} gives labels that no department handles: {', '.join(homeless)}; "
            "name one for each under `departments` in mailroom.yaml"
        )


def _require_prep_version(version: int) -> None:
    if version not in SUPPORTED_PREP_VERSIONS:
        known = ", ".join(map(str, sorted(SUPPORTED_PREP_VERSIONS)))
        message = f"text rules {version} are unknown here (known: {known}): run a release that knows them"
        raise MalformedRecord(Reason.UNSUPPORTED_PREP_VERSION, message)
