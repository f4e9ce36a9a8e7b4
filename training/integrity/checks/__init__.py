"""The checks, each a function of the facts with a finding as its result, in the order of the report."""

from collections.abc import Callable

from training.integrity.checks.classes import (
    class_balance_drift,
    class_counts,
    empty_classes,
    missing_classes,
    source_share,
    unknown_labels,
)
from training.integrity.checks.content import check_schema, empty_texts, repeated_ids, short_texts
from training.integrity.checks.copies import (
    contradicting_labels,
    exact_duplicates,
    leaked_duplicates,
    near_duplicates,
)
from training.integrity.checks.labels import suspicious_labels
from training.integrity.facts import Facts
from training.integrity.findings import Finding

Check = Callable[[Facts], Finding]

CHECKS: tuple[Check, ...] = (
    repeated_ids,
    empty_texts,
    short_texts,
    unknown_labels,
    missing_classes,
    empty_classes,
    class_counts,
    class_balance_drift,
    source_share,
    exact_duplicates,
    near_duplicates,
    leaked_duplicates,
    contradicting_labels,
    suspicious_labels,
)

__all__ = ["CHECKS", "Check", "check_schema"]
