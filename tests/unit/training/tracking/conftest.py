"""A tracking store of the test's own."""

import shutil
from pathlib import Path

import pytest

from tests.unit.training.runs import written_run
from training.documents import LabelledDocument
from training.record import RunRecord
from training.tracking.settings import TrackingSettings


@pytest.fixture
def settings(tmp_path: Path, blank_tracking: Path) -> TrackingSettings:
    """A SQLite file of the test's own."""
    (tmp_path / "tracking").mkdir()
    shutil.copy(blank_tracking, tmp_path / "tracking" / "mlflow.db")
    return TrackingSettings(uri=f"sqlite:///{tmp_path / 'tracking' / 'mlflow.db'}")


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    """Four documents of two labels; one source has a name that MLflow would refuse."""
    documents = [
        LabelledDocument("a", "invoice", "amount due", "till: 1/2 (old)"),
        LabelledDocument("b", "invoice", "please pay", "post"),
        LabelledDocument("c", "complaint", "never again", "post"),
        LabelledDocument("d", "complaint", "sorry", ".."),
    ]
    return written_run(
        tmp_path / "run",
        documents=documents,
        labels=("invoice", "complaint"),
        unseen=[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]],
        seen=[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]],
    )
