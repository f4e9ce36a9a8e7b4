"""The report of a run that was really trained."""

from pathlib import Path

import pytest

from tests.unit.training.runs import trained_run
from training.record import RunRecord
from training.report import ReportSettings, write_report
from training.report.findings import findings


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """`text-linear` on two hundred generated documents of seven labels."""
    return trained_run(tmp_path_factory.mktemp("trained"))


def test_the_words_of_the_trade_decide(run: RunRecord) -> None:
    """Both layers that learn are told, and the words that a reader would name are among theirs; the vote is named."""
    terms, lists, vote = findings(run, ReportSettings(terms=60)).deciding
    assert [item.member for item in (terms, lists, vote)] == [
        "1. linear-text",
        "2. lexicon (linear)",
        "3. lexicon (vote)",
    ]
    for label in ("invoice", "offer"):
        assert label in [term for term, _ in terms.terms[label]]
        assert any(term.startswith(f"{label}: ") for term, _ in lists.terms[label][:3])
    assert vote.terms == {}


def test_figures_agree_with_those_of_the_run(run: RunRecord) -> None:
    """What the tables add up to is what the headline says."""
    told = findings(run, ReportSettings())
    unseen = [row.unseen["f1"] for row in told.labels]
    assert sum(unseen) / len(unseen) == pytest.approx(told.macro_f1[0], abs=1e-9)
    assert sum(sum(row.values()) for row in told.confusion.values()) == 210
    assert sum(row.documents for row in told.sources) == 210
    assert told.calibration_error == pytest.approx(run.metrics["expected_calibration_error"], abs=1e-9)
    assert len(told.mistakes) == min(20, round((1 - told.curve[-1].accuracy) * 210))


def test_the_page_and_the_card_are_written(run: RunRecord, tmp_path: Path) -> None:
    """Seven labels in each; the page stays below a quarter of a megabyte."""
    files = write_report(run, ReportSettings(), folder=tmp_path)
    page, card = files.page.read_text(encoding="utf-8"), files.card.read_text(encoding="utf-8")
    assert len(page) < 250_000
    assert all(label in page and f"| F1 {label} |" in card for label in run.labels)
