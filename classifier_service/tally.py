"""What a door has done since it opened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic


@dataclass(slots=True)
class Tally:
    """Counts of committed work; ids and texts never get here.

    Attributes:
        batches: Transactions that were committed.
        labels: Documents labelled, by label.
        decisions: The same, by decision.
        reasons: Documents dead-lettered, by reason.
        lost: Batches whose transaction was refused and whose records were read again.
        seconds: Time spent on work, waiting for records left out.
    """

    batches: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    seconds: float = 0.0

    def add(self, outputs: Sequence[Record]) -> None:
        """Count one committed batch."""
        self.batches += 1
        for record in outputs:
            if record.topic == Topic.CLASSIFIED:
                self.labels[_word(record, h.LABEL)] += 1
                self.decisions[_word(record, h.DECISION)] += 1
            else:
                self.reasons[_word(record, h.ERROR_REASON)] += 1

    def merge(self, other: "Tally") -> None:
        """Add what another door has done."""
        self.batches += other.batches
        self.labels.update(other.labels)
        self.decisions.update(other.decisions)
        self.reasons.update(other.reasons)
        self.lost += other.lost
        self.seconds += other.seconds

    def summary(self) -> dict[str, Any]:
        """The counts as plain values."""
        return {
            "labelled": self.labels.total(),
            "dead_lettered": self.reasons.total(),
            "batches": self.batches,
            "batches_lost": self.lost,
            "busy_seconds": round(self.seconds, 3),
            "labels": dict(self.labels),
            "decisions": dict(self.decisions),
            "reasons": dict(self.reasons),
        }


def _word(record: Record, name: str) -> str:
    return (record.header(name) or b"").decode()
