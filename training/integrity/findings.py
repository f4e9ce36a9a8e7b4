"""What the checks found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a finding means for the run."""

    PASS = "pass"  # noqa: S105 - no secret
    WARN = "warn"
    STOP = "stop"

    @property
    def severity(self) -> int:
        """The higher, the worse."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: Its name.
        outcome: Pass, warn or stop.
        message: What was found, in a sentence.
        mend: What to do about it, in a sentence; empty where there is nothing to do.
        counts: The figures behind it.
        examples: Ids and labels of documents, never texts.
    """

    check: str
    outcome: Outcome
    message: str
    mend: str = ""
    counts: Mapping[str, float] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "check": self.check,
            "outcome": str(self.outcome),
            "message": self.message,
            "mend": self.mend,
            "counts": dict(self.counts),
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """The results of all checks.

    Attributes:
        findings: In the order of the checks.
        documents: How many were checked.
        sources: For each class, documents by source.
    """

    findings: tuple[Finding, ...]
    documents: int = 0
    sources: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def status(self) -> Outcome:
        """The worst outcome."""
        outcomes = (finding.outcome for finding in self.findings)
        return max(outcomes, key=lambda outcome: outcome.severity, default=Outcome.PASS)

    @property
    def classes(self) -> dict[str, int]:
        """Documents of each class."""
        return {label: sum(counts.values()) for label, counts in self.sources.items()}

    def of(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings with an outcome."""
        return tuple(finding for finding in self.findings if finding.outcome is outcome)

    def summary(self) -> str:
        """One line for each finding that is no pass, stops first."""
        worst = (*self.of(Outcome.STOP), *self.of(Outcome.WARN))
        return "\n".join(f"{item.outcome}: {item.check}: {item.message}; {item.mend}" for item in worst)

    def to_json(self) -> dict[str, Any]:
        """For machines, and for the next run, which compares its class balance with `classes`."""
        return {
            "status": str(self.status),
            "documents": self.documents,
            "classes": self.classes,
            "sources": {label: dict(counts) for label, counts in self.sources.items()},
            "findings": [finding.to_json() for finding in self.findings],
        }
