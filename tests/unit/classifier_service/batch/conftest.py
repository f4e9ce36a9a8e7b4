"""A small package and a task on it."""

from pathlib import Path

import pytest

from classifier_service.batch.file_sink import FileSink
from classifier_service.batch.working import Task
from mailroom.model_package import Provenance, write
from mailroom.settings import DEPARTMENTS
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, linear


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three terms, two labels."""
    folder = tmp_path_factory.mktemp("small") / "package"
    thresholds = {"invoice": 0.7, "complaint": 0.6}
    provenance = Provenance("small", "by-hand", 1, thresholds=thresholds, hyperparameters={"c": 3.0})
    write(folder, linear(), labels=LABELS, provenance=provenance, golden=TEXTS)
    return folder


@pytest.fixture
def task(small_package: Path, tmp_path: Path) -> Task:
    """Labels into a file."""
    sink = FileSink(str(tmp_path / "out" / "labels.jsonl"), "run")
    sink.prepare()
    return Task(str(small_package), tuple(DEPARTMENTS.items()), None, f"file://{tmp_path / 'objects'}", sink)
