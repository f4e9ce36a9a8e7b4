"""Golden documents: generated, the same for everybody, and enough of each label."""

import json
from pathlib import Path

import pytest

from mailroom.contracts.errors import MailroomError
from mailroom.features.batch import PageBatch
from training import generated
from training.golden import COUNT, golden_documents


def test_two_hundred_generated_texts() -> None:
    """Cleansed, cut to what a package should carry, and the same each time."""
    golden = golden_documents("text")
    assert len(golden) == COUNT == 200
    assert isinstance(golden, list)
    assert all(0 < len(text) <= 2_000 for text in golden)
    assert golden == golden_documents("text")
    assert len(set(golden)) > 190


def test_pages_come_with_their_texts() -> None:
    """For a model of images, each document has its first page."""
    golden = golden_documents("image", 4)
    assert isinstance(golden, PageBatch)
    assert [pages.shape for pages in golden.pages] == [(1, 224, 160)] * 4
    assert all(golden.texts)


def test_every_label_is_there() -> None:
    """The generator takes the labels in turn."""
    rows = [json.loads(line) for line in generated.generate(14, 3).read_text(encoding="utf-8").splitlines()]
    assert sorted({row["label"] for row in rows}) == [
        "complaint",
        "invoice",
        "job_application",
        "offer",
        "other",
        "purchase_order",
        "service_request",
    ]


def test_documents_are_made_once(cache: Path) -> None:
    """A second call finds the first one's file; another seed has its own."""
    first = generated.generate(2, 1)
    before = first.stat().st_mtime_ns
    assert generated.generate(2, 1).stat().st_mtime_ns == before
    assert generated.generate(2, 2) != first
    assert first.is_relative_to(cache)


def test_a_generator_that_fails(cache: Path) -> None:
    """Its own last line is the message, and nothing half-made is left."""
    with pytest.raises(MailroomError, match=r"the generator of documents failed: .*no form named parchment"):
        generated.generate(2, 1, ("parchment",))
    assert list((cache / "training" / "samples").iterdir()) == []
