"""What the gate says, with everything that it is based on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from training.gate.findings import Refusal

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may replace its champion, and why not.

    Attributes:
        candidate: Which; `digest` is the package's, `image` the id of the image that was judged.
        champion: Which; None where there is none yet.
        refusals: Why not; none lets it through.
        documents: On how many, of which labels, from which files.
        limits: The margins.
        machine: Where it was judged.
        made_at: RFC 3339.
        seconds: How long it took.
        evidence: What was measured: `leaked`, `golden`, `comparison`, `cost`; what was not come to is not there.
        integrity: The report on the candidate's training data; None where there is none.
    """

    candidate: Mapping[str, Any]
    champion: Mapping[str, Any] | None
    refusals: tuple[Refusal, ...]
    documents: Mapping[str, Any]
    limits: Mapping[str, Any]
    machine: Mapping[str, Any]
    made_at: str
    seconds: float
    evidence: Mapping[str, Any] = field(default_factory=dict)
    integrity: Mapping[str, Any] | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not self.refusals

    @property
    def image(self) -> str:
        """The id of the candidate's image; empty where it was judged without a container."""
        return str(self.candidate.get("image", ""))

    def told(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        return {
            "format_version": FORMAT_VERSION,
            "decision": "pass" if self.passed else "refuse",
            "reasons": [refusal.told() for refusal in self.refusals],
            "candidate": dict(self.candidate),
            "champion": None if self.champion is None else dict(self.champion),
            "documents": dict(self.documents),
            **dict(self.evidence),
            "integrity": None if self.integrity is None else dict(self.integrity),
            "limits": dict(self.limits),
            "machine": dict(self.machine),
            "made_at": self.made_at,
            "seconds": self.seconds,
        }
