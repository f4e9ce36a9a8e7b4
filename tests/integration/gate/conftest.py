"""A champion, documents that it has not seen, and the gate in a process of its own for each package."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailroom.progress import line
from training.documents import LabelledDocument
from training.gate.cases import Case
from training.gate.judging import judge
from training.gate.limits import Limits
from training.gate.verdict import Verdict
from training.run import cleansed

Judge = Callable[..., Verdict]
LIMITS = Limits(resamples=500, timed=60)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven hundred documents that the champion has not seen."""
    return _samples(tmp_path_factory.mktemp("judged"), 700, 23)


@pytest.fixture(scope="session")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledDocument]:
    """Documents to learn from: those of the champion, cleansed."""
    return documents_of(_samples(tmp_path_factory.mktemp("learnt"), 420, 11))


@pytest.fixture
def judged(package: Path, file: Path, home: Path) -> Judge:
    """What the gate says of a candidate beside the champion, by the documents."""

    def verdict(candidate: Path, documents: Path = file, champion: Path | None = package) -> Verdict:
        place = None if champion is None else str(champion)
        return judge(Case(str(candidate), place, (documents,), LIMITS, in_process=True), line)

    return verdict


def causes(verdict: Verdict) -> set[str]:
    """The reasons of a verdict."""
    return {str(refusal.cause) for refusal in verdict.refusals}


def documents_of(file: Path) -> list[LabelledDocument]:
    """Generated documents, cleansed."""
    rows = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    return cleansed([LabelledDocument(row["id"], row["label"], row["text"], row["source"]) for row in rows])


def _samples(folder: Path, count: int, seed: int) -> Path:
    size = ["--count", str(count), "--seed", str(seed)]
    verb = ["samples", *size, "--texts-only", "--output", str(folder / "documents")]
    subprocess.run([sys.executable, "-m", "cli", *verb], check=True, timeout=300, stdout=subprocess.DEVNULL)
    return folder / "documents" / "labels.jsonl"
