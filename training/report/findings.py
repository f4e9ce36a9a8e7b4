"""Everything a report or a model card says of a run, computed once; templates only lay it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.evaluation import errors_caught, expected_calibration_error
from training.record import RunRecord
from training.report.curves import Bin, Coverage, at_threshold, coverage, reliability
from training.report.rows import (
    DataRow,
    LabelRow,
    Mistake,
    SourceRow,
    data_rows,
    label_rows,
    mistakes,
    source_rows,
)
from training.report.settings import ReportSettings
from training.report.terms import Deciding, deciding
from training.report.tested import Tested, tested


@dataclass(frozen=True)
class Findings:
    """A run, told.

    Attributes:
        record: The run itself.
        unseen: The winner on sources it had not seen.
        seen: The winner on a split by group alone.
        labels: Rows of the table of labels.
        sources: Rows of the table of sources, worst first.
        bins: The reliability diagram of `unseen`.
        curve: Coverage against accuracy of `unseen`.
        at_threshold: The point of the curve that the package's threshold chooses.
        calibration_error: Of `unseen`.
        errors_caught: By the share of documents that people review.
        mistakes: The most confidently wrong documents.
        deciding: Which words decide, per member of the package.
        train_only: Documents that were learnt from, never measured on.
        training_data: Documents and sources, by label.
    """

    record: RunRecord
    unseen: Tested
    seen: Tested
    labels: tuple[LabelRow, ...]
    sources: tuple[SourceRow, ...]
    bins: tuple[Bin, ...]
    curve: tuple[Coverage, ...]
    at_threshold: Coverage
    calibration_error: float
    errors_caught: Mapping[str, float]
    mistakes: tuple[Mistake, ...]
    deciding: tuple[Deciding, ...]
    train_only: int
    training_data: tuple[DataRow, ...]

    @property
    def confusion(self) -> Mapping[str, Mapping[str, int]]:
        """Rows are the right labels, columns what was said of documents from unseen sources."""
        matrix: Mapping[str, Mapping[str, int]] = self.unseen.figures["confusion_matrix"]
        return matrix

    @property
    def macro_f1(self) -> tuple[float, float]:
        """On unseen and on seen sources, as the run itself states them."""
        metrics = self.record.metrics
        return metrics["macro_f1_unseen_sources"], metrics["macro_f1"]

    @property
    def integrity(self) -> tuple[Mapping[str, Any], ...]:
        """What each check of the documents found."""
        return tuple(self.record.integrity.get("findings", ()))


def findings(record: RunRecord, settings: ReportSettings) -> Findings:
    """Compute what there is to say.

    Args:
        record: A finished run.
        settings: How much of it to show.
    """
    unseen = tested(record.unseen, record.dataset, record.labels)
    seen = tested(record.seen, record.dataset, record.labels)
    confidence, correct = unseen.answers.confidence, unseen.answers.correct
    curve = coverage(confidence, correct)
    return Findings(
        record=record,
        unseen=unseen,
        seen=seen,
        labels=label_rows(unseen, seen, record.split),
        sources=source_rows(unseen),
        bins=reliability(confidence, correct),
        curve=curve,
        at_threshold=at_threshold(curve, record.threshold),
        calibration_error=expected_calibration_error(confidence, correct),
        errors_caught=errors_caught(confidence, correct),
        mistakes=mistakes(unseen, record.dataset, settings),
        deciding=deciding(record.package, settings.terms),
        train_only=sum(document.train_only for document in record.dataset.index),
        training_data=data_rows(record.dataset, record.labels),
    )
