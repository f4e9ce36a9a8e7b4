"""Everything that is known of a training run at its end: what report, tracker and model card are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.model_package import Manifest
from training.dataset import Dataset
from training.search.results import CandidateResult, Predictions, SearchResult
from training.split import SplitPlan


@dataclass(frozen=True)
class RunRecord:
    """A finished run.

    Attributes:
        name: Of the run.
        seed: The same seed, data and configuration give the same model.
        folder: Where it keeps its files.
        config: The configuration as read, secrets left out.
        started_at: RFC 3339.
        seconds: Wall time of each stage, by name.
        dataset: The documents.
        labels: The order of all columns.
        integrity: The integrity report as JSON.
        split: The folds.
        search: All candidates.
        best: The winner.
        unseen: The winner's predictions for sources it had not seen, calibrated.
        seen: The winner's predictions on a split by group alone, calibrated with the same temperature.
        temperature: Of the calibration.
        threshold: Confidence below which a person should look.
        metrics: Figures, by name; among them `macro_f1`, `macro_f1_unseen_sources`, `expected_calibration_error`.
        package: The folder of the package.
        manifest: What it says of itself.
        environment: Versions, by library.
    """

    name: str
    seed: int
    folder: Path
    config: Mapping[str, Any]
    started_at: str
    seconds: Mapping[str, float]
    dataset: Dataset
    labels: tuple[str, ...]
    integrity: Mapping[str, Any]
    split: SplitPlan
    search: SearchResult
    best: CandidateResult
    unseen: Predictions
    seen: Predictions
    temperature: float
    threshold: float
    metrics: Mapping[str, float]
    package: Path
    manifest: Manifest
    environment: Mapping[str, str]
