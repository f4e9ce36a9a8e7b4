"""A package, and a new source that it reads wrongly."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from training.documents import LabelledDocument
from training.shell import train_package

LETTERHEAD = "lantern harbour zebra violet meadow copper willow"
STRANGE = "invoice amount company letter basket thunder"
"""How the new source writes its complaints: under one letterhead, and with the words of invoices."""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Sequence[LabelledDocument], str], Path]:
    """Documents as JSON Lines."""

    def write(documents: Sequence[LabelledDocument], name: str) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(asdict(item)) + "\n" for item in documents))
        return path

    return write


@pytest.fixture
def package(
    tmp_path: Path,
    documents: list[LabelledDocument],
    written: Callable[[Sequence[LabelledDocument], str], Path],
) -> Path:
    """Trained on the small set."""
    folder = tmp_path / "package"
    train_package(
        [written(documents, "train.jsonl")], folder, kernel_name="text-linear", seed=1, name="x", version="1"
    )
    return folder


@pytest.fixture
def strange() -> list[LabelledDocument]:
    """Thirty complaints of the new source."""
    source = random.Random(3)
    return [
        LabelledDocument(
            f"new-{number}",
            "complaint",
            f"{LETTERHEAD} {' '.join(source.choices(STRANGE.split(), k=15))}",
            "new",
        )
        for number in range(30)
    ]


@pytest.fixture
def elsewhere(documents: list[LabelledDocument]) -> list[LabelledDocument]:
    """Documents like those of the known sources, but none of them: their words in another order."""
    source = random.Random(4)
    return [
        replace(item, text=" ".join(source.choices(item.text.split(), k=25)), source="held out")
        for item in documents
    ]
