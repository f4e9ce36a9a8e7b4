"""The core that every door shares: documents in, labels out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

from classifier_service.inference import Scores, predict_each
from classifier_service.refusal import Refusal, refusal_of
from classifier_service.scans import ReadScan
from mailroom.contracts.errors import MailroomError, MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import (
    Candidate,
    Classification,
    ModelReference,
    ScannedDocument,
    TextDocument,
)
from mailroom.model_package import Manifest
from mailroom.streams.clock import Clock, rfc3339
from mailroom.textprep import SUPPORTED_PREP_VERSIONS

Document = TextDocument | ScannedDocument
Outcome = Classification | Refusal

AUTO = "auto"
REVIEW = "review"


class Model(Protocol):
    """What the service needs of a model package."""

    @property
    def manifest(self) -> Manifest:
        """What the package says of itself."""
        ...

    def predict(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities (texts, labels)."""
        ...


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    language: str

    @property
    def legible(self) -> bool:
        return bool(self.text.strip())


class Classifier:
    """Labels documents with one model package.

    A scan in which no letter could be read is no broken document: it is labelled like any other, and a person looks.

    Args:
        model: The package.
        departments: Label to department.
        read_scan: Text of a scanned document.
        clock: Tells when a label was given.
        review_below: Confidence (0 to 1) below which a person must look; None for the package's own thresholds.

    Raises:
        UsageError: A label of the package has no department: a label that reaches nobody is found out here, not by
            the documents that wait for it. Or the package reads page images, which mails and letters have none of.

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
    ) -> None:
        manifest = model.manifest
        _require_departments(manifest, departments)
        _require_texts(manifest)
        self._model = model
        self.reference = ModelReference(manifest.name, manifest.version, manifest.digest)
        self._labels = manifest.labels
        self._departments = departments
        self._thresholds = {
            label: manifest.threshold(label) if review_below is None else review_below
            for label in manifest.labels
        }
        self._read_scan = read_scan
        self._clock = clock

    def label(self, documents: Sequence[Document]) -> list[Outcome]:
        """Label documents; one that cannot be labelled fails alone.

        Returns:
            One outcome per document, in their order.

        Raises:
            MailroomError: What concerns no single document: the object store or the OCR engine is not there.
        """
        readings = [self._reading(document) for document in documents]
        rows = iter(predict_each(self._model.predict, [r.text for r in readings if isinstance(r, _Reading)]))
        now = rfc3339(self._clock.now())
        return [
            reading if isinstance(reading, Refusal) else self._outcome(document, reading, next(rows), now)
            for document, reading in zip(documents, readings, strict=True)
        ]

    def _reading(self, document: Document) -> _Reading | Refusal:
        try:
            reading = self._read(document)
        except MalformedRecord as error:
            return refusal_of(error, error.reason, "")
        if isinstance(document, TextDocument) and not reading.legible:
            return Refusal(Reason.NO_TEXT, "there is no text in the document: send it again")
        return reading

    def _read(self, document: Document) -> _Reading:
        if isinstance(document, TextDocument):
            _require_prep_version(document.prep_version)
            return _Reading(document.text, document.language)
        try:
            clean = self._read_scan(document)
        except MailroomError:
            raise
        except Exception as error:
            message = f"the pages could not be read ({type(error).__name__}): send another copy"
            raise MalformedRecord(Reason.UNPARSABLE, message) from error
        return _Reading(clean.text, clean.language)

    def _outcome(
        self, document: Document, reading: _Reading, row: list[float] | Refusal, now: str
    ) -> Outcome:
        if isinstance(row, Refusal):
            return row
        candidates = self._candidates(row)
        best = candidates[0]
        return Classification(
            id=document.id,
            label=best.label,
            confidence=best.score,
            candidates=candidates,
            decision=AUTO if reading.legible and self._sure(best) else REVIEW,
            department=self._departments[best.label],
            language=reading.language,
            model=self.reference,
            source=document.source,
            cleansed_at=document.cleansed_at,
            classified_at=now,
        )

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


def _require_texts(manifest: Manifest) -> None:
    if manifest.input_kind != "text":
        raise UsageError(
            f"package {manifest.name} reads page images (kernel {manifest.kernel}), the service gives texts, those of "
            "scans by OCR: give it a package of a text kernel"
        )


def _require_prep_version(version: int) -> None:
    if version not in SUPPORTED_PREP_VERSIONS:
        known = ", ".join(map(str, sorted(SUPPORTED_PREP_VERSIONS)))
        message = f"text rules {version} are unknown here (known: {known}): run a release that knows them"
        raise MalformedRecord(Reason.UNSUPPORTED_PREP_VERSION, message)
