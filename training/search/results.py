"""What a search found out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mailroom.model_package.description import Parameter


Floats = npt.NDArray[np.float64]
Status = Literal["finished", "failed", "dropped"]


@dataclass(frozen=True)
class Candidate:
    """One way to learn.

    Attributes:
        kernel: A registered name or a dotted path.
        parameters: One value for each parameter of the kernel's search space.
    """

    kernel: str
    parameters: Mapping[str, "Parameter"]

    @property
    def key(self) -> str:
        """The same for the same candidate in every run: twelve hexadecimal digits."""
        content = json.dumps([self.kernel, dict(self.parameters)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Predictions:
    """What models said of documents that they had not learnt from; pooled over folds.

    Attributes:
        places: (documents,): which documents of the data set.
        log_probabilities: (documents, labels).
    """

    places: npt.NDArray[np.int64]
    log_probabilities: Floats

    def save(self, path: Path) -> None:
        """Keep as `.npz`."""
        np.savez(path, places=self.places, log_probabilities=self.log_probabilities)

    @classmethod
    def load(cls, path: Path) -> "Predictions":
        """Read what `save` kept."""
        with np.load(path, allow_pickle=False) as content:
            return cls(content["places"], content["log_probabilities"])


@dataclass(frozen=True)
class CandidateResult:
    """What became of a candidate.

    Attributes:
        candidate: Which.
        status: `dropped` means that successive halving ended it early.
        score: Macro-F1 of the pooled predictions, every source of a class with the same weight; NaN unless finished.
        fold_scores: The same per fold.
        seconds: Processor time of its tasks.
        reason: Why it failed or was dropped.
        predictions: Where the pooled predictions lie.
    """

    candidate: Candidate
    status: Status
    score: float = float("nan")
    fold_scores: tuple[float, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    predictions: Path | None = None


@dataclass(frozen=True)
class SearchResult:
    """All candidates, best first; failed ones last.

    Attributes:
        candidates: Ties go to the candidate that was named first.
        resumed: How many of them were finished by an earlier, interrupted run.
    """

    candidates: tuple[CandidateResult, ...]
    resumed: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def best(self) -> CandidateResult | None:
        """The first that finished."""
        return next((result for result in self.candidates if result.status == "finished"), None)
