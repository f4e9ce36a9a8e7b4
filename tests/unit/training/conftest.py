"""Small sets of labelled documents."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.training.easy import easy_documents
from training.documents import LabelledDocument
from training.tracking.client import open_client
from training.tracking.settings import TrackingSettings


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is slow to make is kept for this test alone."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def blank_tracking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tracking store without runs, to be copied: MLflow takes seconds to make its tables."""
    folder = tmp_path_factory.mktemp("tracking")
    open_client(TrackingSettings(uri=f"sqlite:///{folder / 'made.db'}"))
    with (
        closing(sqlite3.connect(folder / "made.db")) as made,
        closing(sqlite3.connect(folder / "whole.db")) as whole,
    ):
        made.backup(whole)  # one file, whatever MLflow still has open
    return folder / "whole.db"


@pytest.fixture
def documents() -> list[LabelledDocument]:
    """Ninety documents of three labels from two sources each, some words shared by all."""
    return easy_documents()
