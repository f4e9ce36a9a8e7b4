"""All checks over one data set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.integrity.checks import CHECKS, check_schema
from training.integrity.facts import gather
from training.integrity.findings import Finding, IntegrityReport, Outcome
from training.integrity.settings import IntegritySettings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class Checked:
    """A data set that was checked.

    Attributes:
        report: What was found.
        near_duplicates: Place to the number of its group, for documents that have near-duplicates: for the split.
    """

    report: IntegrityReport
    near_duplicates: Mapping[int, int]


def check_integrity(
    frame: "DataFrame",
    labels: Sequence[str],
    settings: IntegritySettings,
    *,
    previous: Mapping[str, Any] | None = None,
    seed: int = 0,
    report: Callable[[str], object] = lambda _: None,
) -> Checked:
    """Check documents before anything is learnt from them.

    Args:
        frame: The columns of `LabelledDocument` and `place`, the order of the data set; see `facts.placed`. Read
            several times: from files, or persisted.
        labels: Those of the configuration.
        settings: What is warned of and what stops.
        previous: The last run's report as JSON.
        seed: Of all that is drawn.
        report: Told what is being done.
    """
    columns = check_schema(frame.schema)
    if columns.outcome is Outcome.STOP:
        return Checked(IntegrityReport((columns,)), {})
    report("looking for near-duplicates")
    facts = gather(frame, labels=tuple(labels), previous=previous, settings=settings, seed=seed)
    try:
        report(f"checking {facts.documents} documents")
        findings = (
            (columns, *(check(facts) for check in CHECKS)) if facts.documents else (columns, _nothing())
        )
        return Checked(IntegrityReport(findings, facts.documents, facts.sources), facts.near.groups)
    finally:
        facts.rows.unpersist()
        facts.near.pairs.unpersist()


def _nothing() -> Finding:
    return Finding(
        "documents", Outcome.STOP, "there are no documents", "look at the paths and queries of `sources`"
    )
