"""Runs to report on."""

from pathlib import Path

import pytest

from tests.unit.training.runs import written_run
from training.documents import LabelledDocument
from training.record import RunRecord

LABELS = ("invoice", "complaint")


@pytest.fixture
def small(tmp_path: Path) -> RunRecord:
    """Six documents of two labels and three sources, five of them left out by source, two of them got wrong."""
    told = (
        ("invoice", "a", "Total due: 12.50 <script>alert(1)</script>"),
        ("invoice", "a", "Amount due"),
        ("invoice", "b", "Please pay"),
        ("complaint", "c", "I am sorry to say this is unacceptable"),
        ("complaint", "c", "Refund me"),
        ("complaint", "c", "Never again, " + "unacceptable " * 40),
    )
    documents = [
        LabelledDocument(id=f"d{number}", label=label, text=text, source=source, group=f"g{number}")
        for number, (label, source, text) in enumerate(told)
    ]
    return written_run(
        tmp_path,
        documents=documents,
        labels=LABELS,
        unseen=[[0.9, 0.1], [0.65, 0.35], [0.25, 0.75], [0.45, 0.55], [0.15, 0.85], [0.95, 0.05]],
        seen=[[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.2, 0.8], [0.7, 0.3]],
        not_unseen={"complaint": "all its documents are from one source"},
    )
