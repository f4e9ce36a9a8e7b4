"""What a search has finished, on disk as soon as it is known, so that a driver killed midway repeats none of it.

One line a fit, appended and forced to disk after its predictions are. A last line that the kill tore is cut off.
Failed fits are noted for whoever reads the file, and tried again: their cause may be mended by then.
"""

import hashlib
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from training.dataset import Dataset
from training.kernels import kernel_class
from training.search.settings import SearchSettings
from training.search.work import Floats, Outcome, Trial
from training.split import SplitPlan

BATCH = 10_000


@dataclass
class Journal:
    """The finished fits of one folder.

    Args:
        folder: Made if need be.
        identity: Of data, folds, labels, seed and code: lines of another are not believed.
    """

    folder: Path
    identity: Mapping[str, str]
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "fits").mkdir(parents=True, exist_ok=True)
        self._file = self.folder / "journal.jsonl"
        self._mend()
        for line in self._lines():
            if line["identity"] == self._identity(line["kernel"]) and not line["reason"]:
                self._known[line["trial"]] = line

    def found(self, trial: Trial) -> Outcome | None:
        """The outcome of a fit that an earlier run finished."""
        line = self._known.get(trial.key)
        predictions = self._predictions(trial)
        if line is None or not predictions.exists():
            return None
        return Outcome(trial, float(line["seconds"]), _load(predictions))

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        if outcome.log_probabilities is not None:
            self._save(outcome.trial, outcome.log_probabilities)
        line = {
            "identity": self._identity(outcome.trial.candidate.kernel),
            "trial": outcome.trial.key,
            "kernel": outcome.trial.candidate.kernel,
            "parameters": dict(outcome.trial.candidate.parameters),
            "fold": outcome.trial.fold,
            "share": outcome.trial.share,
            "seconds": round(outcome.seconds, 3),
            "reason": outcome.reason,
        }
        with self._file.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            _to_disk(file)

    def _identity(self, kernel: str) -> str:
        return self.identity.get(kernel, "")

    def _mend(self) -> None:
        """Cut off a last line that was not written to its end."""
        written = self._file.read_bytes() if self._file.exists() else b""
        whole = written.rfind(b"\n") + 1
        if whole < len(written):
            os.truncate(self._file, whole)

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self._file.exists():
            with self._file.open("rb") as file:
                yield from map(json.loads, file)

    def _predictions(self, trial: Trial) -> Path:
        name = hashlib.sha256(f"{self._identity(trial.candidate.kernel)} {trial.key}".encode()).hexdigest()
        return self.folder / "fits" / f"{name[:24]}.npz"

    def _save(self, trial: Trial, log_probabilities: Floats) -> None:
        path = self._predictions(trial)
        with path.with_suffix(".unfinished").open("wb") as file:
            np.savez(file, log_probabilities=log_probabilities)
            _to_disk(file)
        path.with_suffix(".unfinished").replace(path)


def identities(
    dataset: Dataset, plan: SplitPlan, labels: tuple[str, ...], settings: SearchSettings, seed: int
) -> dict[str, str]:
    """For each kernel of a search a digest of everything that its predictions depend on, but the parameters."""
    common = hashlib.sha256(
        json.dumps([fingerprint(dataset), plan.to_json()["folds"], labels, seed]).encode()
    )
    for path in sorted(settings.word_lists.glob("*.yaml")) if settings.word_lists else ():
        common.update(path.read_bytes())
    return {choice.kernel: _with_code(common.hexdigest(), choice.kernel) for choice in settings.kernels}


def fingerprint(dataset: Dataset) -> str:
    """A digest of all documents in their order, however they are laid out in files."""
    digest = hashlib.sha256()
    for batch in dataset.batches(BATCH):
        for document in batch:
            digest.update(repr(document).encode())
    return digest.hexdigest()


def _with_code(common: str, kernel: str) -> str:
    """A kernel whose module, or one beside it, was edited since gives other predictions."""
    digest = hashlib.sha256(common.encode())
    module = Path(inspect.getfile(kernel_class(kernel)))
    for path in sorted(module.parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _load(path: Path) -> Floats:
    with np.load(path, allow_pickle=False) as content:
        return np.asarray(content["log_probabilities"], dtype=np.float64)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
