"""Figures of a finished run: ages, and documents a second of every stage."""

from collections.abc import Sequence

from mailroom.following.ledger import Ledger
from mailroom.streams.clock import parse_rfc3339


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, `share` from 0 to 1; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def ages(ledger: Ledger) -> dict[str, float]:
    """Seconds from receipt to label that people could read: median and 99th percentile."""
    seconds = [outcome.age for outcome in ledger.classified]
    return {"p50": round(percentile(seconds, 0.5), 3), "p99": round(percentile(seconds, 0.99), 3)}


def throughput(ledger: Ledger) -> dict[str, float]:
    """Documents a second of every stage, from its first to its last document."""
    found = [outcome.classification for outcome in ledger.classified if outcome.classification]
    times = {
        "ingest": list(ledger.received.values()),
        "stream-processing": [parse_rfc3339(one.cleansed_at) for one in found],
        "classifier": [parse_rfc3339(one.classified_at) for one in found],
    }
    return {stage: _rate(seconds) for stage, seconds in times.items()}


def _rate(times: Sequence[float]) -> float:
    """Several documents share a moment where they were handled as one batch."""
    if len(times) < 2:  # noqa: PLR2004 - two moments make a duration
        return 0.0
    duration = max(max(times) - min(times), 0.001)
    return round((len(times) - 1) / duration, 1)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F1 of the labels that occur in the truth, each label with the same weight.

    Args:
        pairs: (truth, prediction) of every document.
    """
    labels = sorted({truth for truth, _ in pairs})
    return sum(_f1(label, pairs) for label in labels) / len(labels) if labels else 0.0


def _f1(label: str, pairs: Sequence[tuple[str, str]]) -> float:
    right = sum(truth == prediction == label for truth, prediction in pairs)
    named = sum((truth == label) + (prediction == label) for truth, prediction in pairs)
    return 2 * right / named if named else 0.0
