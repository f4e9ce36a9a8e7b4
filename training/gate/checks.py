"""The rules of the gate: from what was measured to the reasons for a refusal. Pure functions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailroom.model_package import Manifest
from training.gate.answers import Comparison
from training.gate.bootstrap import Bounded
from training.gate.costs import Cost
from training.gate.findings import Cause, Refusal
from training.gate.limits import GOLDEN_TOLERANCE, Limits


def missing_classes(candidate: Manifest, needed: Mapping[str, str]) -> Iterator[Refusal]:
    """Labels that a candidate cannot give.

    Args:
        candidate: Its manifest.
        needed: Labels, and who needs each.
    """
    lacking = {label: who for label, who in needed.items() if label not in candidate.labels}
    if lacking:
        told = ", ".join(f"{label} ({who})" for label, who in lacking.items())
        yield Refusal(Cause.MISSING_CLASS, f"it cannot give {told}: train it with documents of every label")


def leaked(seen: int, documents: int, limits: Limits) -> Iterator[Refusal]:
    """Documents that a candidate learnt from."""
    if seen > limits.leaked * documents:
        message = (
            f"it learnt from {seen} of the {documents} documents: judge it on documents that it has not seen"
        )
        yield Refusal(Cause.LEAKED, message)


def stopped_data(integrity: Mapping[str, Any] | None) -> Iterator[Refusal]:
    """A report of the training data that says stop."""
    if integrity is None or integrity.get("status") != "stop":
        return
    checks = [
        str(found.get("check")) for found in integrity.get("findings", ()) if found.get("outcome") == "stop"
    ]
    message = (
        f"the checks of its training data said stop ({', '.join(checks)}): mend the data and train again"
    )
    yield Refusal(Cause.INTEGRITY, message)


def wrong_golden(difference: float) -> Iterator[Refusal]:
    """Golden documents that its service labels otherwise than promised."""
    if not difference <= GOLDEN_TOLERANCE:
        message = (
            f"its service differs from its golden documents by {difference:.1e} (allowed {GOLDEN_TOLERANCE:.0e}): "
            "build the image again with the version that trained"
        )
        yield Refusal(Cause.GOLDEN, message)


def quality(found: Comparison, limits: Limits) -> Iterator[Refusal]:
    """Whether a candidate is shown to be no worse than its champion by more than the margins."""
    yield from _no_worse("macro-F1", found.macro_f1, limits.margin, Cause.WORSE)
    for label, bounds in found.per_class.items():
        yield from _no_worse(f"F1 of {label}", bounds, limits.class_margin, Cause.WORSE_IN_CLASS)
    yield from _no_higher(
        "calibration error", found.calibration_error, limits.calibration_margin, Cause.MISCALIBRATED
    )
    yield from _no_higher(
        "share of wrong labels without review",
        found.unreviewed_errors,
        limits.unreviewed_margin,
        Cause.UNREVIEWED,
    )
    rise = found.candidate["unanswered"] - found.champion["unanswered"]
    if rise > limits.unanswered_margin:
        message = f"{rise:.1%} more of the documents get no label than from the champion: see its text rules"
        yield Refusal(Cause.UNANSWERED, message)


def cost(found: Cost, limits: Limits) -> Iterator[Refusal]:
    """Whether a candidate is shown to be slower or larger than the limits allow."""
    for name, bounds in found.latency.items():
        if bounds.lower > limits.latency_ratio:
            message = (
                f"{name}: a document takes {bounds.value:.1f} times as long as with the champion "
                f"(allowed {limits.latency_ratio:g}): take a smaller model"
            )
            yield Refusal(Cause.SLOWER, message)
            break
    if found.memory_ratio > limits.memory_ratio:
        message = (
            f"it takes {found.memory_ratio:.1f} times the champion's memory (allowed {limits.memory_ratio:g}): "
            "take a smaller model"
        )
        yield Refusal(Cause.LARGER, message)


def each_once(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """The refusals in their order; what was found twice, once."""
    return tuple(dict.fromkeys(refusals))


def _no_worse(name: str, bounds: Bounded, margin: float, cause: Cause) -> Iterator[Refusal]:
    if bounds.lower >= -margin:
        return
    if bounds.value < -margin:
        message = f"{name} falls by {-bounds.value:.3f} (allowed {margin:g}): train it again"
        yield Refusal(cause, message)
        return
    message = (
        f"{name} may have fallen by {-bounds.lower:.3f} (allowed {margin:g}; found {bounds.value:+.3f}): "
        "give more documents"
    )
    yield Refusal(Cause.UNDECIDED, message)


def _no_higher(name: str, bounds: Bounded, margin: float, cause: Cause) -> Iterator[Refusal]:
    if bounds.upper <= margin:
        return
    if bounds.value > margin:
        yield Refusal(cause, f"{name} rises by {bounds.value:.3f} (allowed {margin:g}): train it again")
        return
    message = (
        f"{name} may have risen by {bounds.upper:.3f} (allowed {margin:g}; found {bounds.value:+.3f}): "
        "give more documents"
    )
    yield Refusal(Cause.UNDECIDED, message)
