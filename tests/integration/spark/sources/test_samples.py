"""Generated documents as a source."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailroom.contracts.errors import MailroomError
from training.sources import check
from training.sources.generated import Samples

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LABELS = ("invoice", "offer", "purchase_order", "job_application", "complaint", "service_request", "other")


def test_documents_are_generated_once(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line makes them; the next run finds them in the user's cache."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    source = Samples(count=14, seed=3, train_only=True)
    source.prepare()
    assert check(spark, [source], LABELS) == dict.fromkeys(sorted(LABELS), 2)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    source.prepare()
    assert [path.name for path in source.file.parent.parent.iterdir()] == [source.file.parent.name]


def test_a_generator_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own last words are the message."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(MailroomError, match=r"^the generator of documents failed: no reason given$"):
        Samples(count=14).prepare()
    assert list((tmp_path / "training" / "samples").iterdir()) == []
