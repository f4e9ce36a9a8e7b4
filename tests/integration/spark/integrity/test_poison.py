"""Data sets that must not be learnt from, each poisoned in one way, and clean ones that must."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument
from training.integrity import IntegrityReport, IntegritySettings, Outcome, check_integrity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Frame = Callable[[Sequence[LabelledDocument]], "DataFrame"]
Documents = list[LabelledDocument]
LABELS = tuple(DEPARTMENTS)


def _read(file: Path) -> Documents:
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return [
        LabelledDocument(
            row["id"], row["label"], row["text"], row["source"], row["group"], int(row.get("fold", -1))
        )
        for row in rows
    ]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Generated documents: a hundred of each class."""
    folder = tmp_path_factory.mktemp("generated")
    verb = ["samples", "--texts-only", "--count", "700", "--seed", "3", "--output", str(folder / "documents")]
    subprocess.run([sys.executable, "-m", "cli", *verb], check=True, timeout=300, stdout=subprocess.DEVNULL)
    return _read(folder / "documents" / "labels.jsonl")


def check(rows: "DataFrame") -> IntegrityReport:
    """The report by default settings."""
    return check_integrity(rows, LABELS, IntegritySettings(), seed=1).report


def objections(report: IntegrityReport) -> dict[str, str]:
    """The outcomes of checks that did not pass."""
    return {item.check: str(item.outcome) for item in report.findings if item.outcome is not Outcome.PASS}


def flipped_labels(documents: Documents) -> Documents:
    """Every tenth document gets the next label."""
    following = dict(zip(LABELS, (*LABELS[1:], LABELS[0]), strict=True))
    return [
        replace(item, label=following[item.label]) if number % 10 == 0 else item
        for number, item in enumerate(documents)
    ]


def leaked_duplicates(documents: Documents) -> Documents:
    """Every twentieth document comes once more, from another source and in another group."""
    return documents + [
        replace(item, id=f"copy-{item.id}", source="archive", group=f"copy-{item.group}")
        for item in documents[::20]
    ]


def a_missing_class(documents: Documents) -> Documents:
    """There is no offer."""
    return [item for item in documents if item.label != "offer"]


def an_empty_class(documents: Documents) -> Documents:
    """No offer has a text."""
    return [replace(item, text=" \n") if item.label == "offer" else item for item in documents]


def a_swamping_source(documents: Documents) -> Documents:
    """All complaints but four come from one source."""
    complaints = [item.id for item in documents if item.label == "complaint"][4:]
    return [replace(item, source="portal") if item.id in complaints else item for item in documents]


def test_generated_documents_pass(frame: Frame, clean: Documents) -> None:
    """Nothing is wrong with them."""
    assert objections(check(frame(clean))) == {}


@pytest.mark.parametrize(
    ("poison", "expected"),
    [
        (flipped_labels, {"suspicious_labels": "warn"}),
        (leaked_duplicates, {"leaked_duplicates": "warn"}),
        (a_missing_class, {"missing_classes": "stop"}),
        (an_empty_class, {"empty_classes": "stop", "empty_texts": "warn"}),
        (a_swamping_source, {"source_share": "warn"}),
    ],
)
def test_poison_is_named(
    frame: Frame, clean: Documents, poison: Callable[[Documents], Documents], expected: dict[str, str]
) -> None:
    """Each way of poisoning is stopped or warned of by its own check, and no other check cries out."""
    assert objections(check(frame(poison(clean)))) == expected


@pytest.mark.corpus
def test_the_corpus_is_not_stopped(frame: Frame) -> None:
    """Its two sources that swamp a class are warned of; the rest passes."""
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    if not corpus.is_file():
        pytest.skip("the corpus is not there: set MAILROOM_SHARED")
    assert objections(check(frame(_read(corpus)))) == {"source_share": "warn"}
