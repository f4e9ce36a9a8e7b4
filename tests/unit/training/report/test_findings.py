"""Every figure of a report, against figures worked out by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mailroom.features.batch import TextBatch
from mailroom.model_package import Provenance, RuntimeDescription, write
from mailroom.model_package.runtimes import lexicon
from training.dataset import write_dataset
from training.documents import LabelledDocument
from training.record import RunRecord
from training.report.curves import Bin, Coverage, at_threshold, coverage, reliability, thinned
from training.report.findings import findings
from training.report.rows import DataRow, Mistake, SourceRow, excerpt
from training.report.settings import ReportSettings
from training.report.terms import deciding, deciding_in
from training.report.tested import tested as beside_the_truth
from training.search.results import Predictions


def about(value: float) -> Any:
    """Equal but for rounding."""
    return pytest.approx(value, abs=1e-6)


CONFIDENCE = np.array([0.95, 0.9, 0.9, 0.6, 0.55])
CORRECT = np.array([True, False, True, True, False])


def test_reliability_bins() -> None:
    """Filled bins only, each with its documents, mean confidence and share that is right."""
    assert reliability(CONFIDENCE, CORRECT) == (
        Bin(0.5, 0.6, 1, 0.55, 0.0),
        Bin(0.6, 0.7, 1, 0.6, 1.0),
        Bin(0.9, 1.0, 3, about(0.916667), about(0.666667)),
    )


def test_a_confidence_of_one_is_in_the_last_bin() -> None:
    """The last bin includes its upper bound."""
    assert reliability(np.array([1.0]), np.array([True])) == (Bin(0.9, 1.0, 1, 1.0, 1.0),)


def test_coverage_takes_documents_of_one_confidence_together() -> None:
    """Two documents at 0.9 are one point: right or wrong first would be a choice."""
    assert coverage(CONFIDENCE, CORRECT) == (
        Coverage(0.95, 0.2, 1.0),
        Coverage(0.9, 0.6, about(0.666667)),
        Coverage(0.6, 0.8, 0.75),
        Coverage(0.55, 1.0, 0.6),
    )


def test_a_long_curve_is_thinned() -> None:
    """The ends stay; a short curve stays as it is."""
    curve = tuple(Coverage(1 - place / 100, place / 100, 1.0) for place in range(101))
    assert [point.covered for point in thinned(curve, 5)] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert thinned(curve[:3], 5) == curve[:3]


def test_the_threshold_chooses_a_point() -> None:
    """Documents exactly at the threshold need no person; a threshold above all leaves nothing covered."""
    curve = coverage(CONFIDENCE, CORRECT)
    assert at_threshold(curve, 0.6) == Coverage(0.6, 0.8, 0.75)
    assert at_threshold(curve, 0.99) == Coverage(0.99, 0.0, 1.0)


def test_labels_and_their_caveats(small: RunRecord) -> None:
    """Sources of a label weigh by their size up to ten documents; the caveat stands where no source was left out."""
    invoice, complaint = findings(small, ReportSettings()).labels
    assert (invoice.label, invoice.caveat) == ("invoice", "")
    assert invoice.unseen == {
        "precision": about(0.666667),
        "recall": about(0.666667),
        "f1": about(0.666667),
        "support": 3,
    }
    assert invoice.seen["f1"] == about(0.857143)
    assert complaint.caveat == "all its documents are from one source"


def test_every_source_of_a_label_counts_the_same(tmp_path: Path) -> None:
    """Twenty of one source all right, ten of another all wrong: half of the label is found, not two thirds."""
    kinds = [("invoice", "a")] * 20 + [("invoice", "b")] * 10 + [("complaint", "c")] * 10
    documents = [
        LabelledDocument(f"d{number}", label, "text", source) for number, (label, source) in enumerate(kinds)
    ]
    chances = [[0.9, 0.1]] * 20 + [[0.2, 0.8]] * 20
    predictions = Predictions(np.arange(40), np.log(np.array(chances)))
    found = beside_the_truth(predictions, write_dataset(documents, tmp_path), ("invoice", "complaint"))
    assert found.figures["per_class"]["invoice"]["recall"] == about(0.5)


def test_sources_worst_first(small: RunRecord) -> None:
    """A row per source and label, with what it was mostly taken for."""
    assert findings(small, ReportSettings()).sources == (
        SourceRow("b", "invoice", 1, 0.0, about(0.75), "complaint"),
        SourceRow("c", "complaint", 3, about(0.666667), about(0.783333), "invoice"),
        SourceRow("a", "invoice", 2, 1.0, about(0.775), ""),
    )


def test_mistakes_surest_first(small: RunRecord) -> None:
    """The most confident error first, each with the beginning of its text."""
    told = findings(small, ReportSettings(excerpt_characters=20))
    assert told.mistakes == (
        Mistake("d5", "c", "invoice", "complaint", about(0.95), "Never again, unacce…"),
        Mistake("d2", "b", "complaint", "invoice", about(0.75), "Please pay"),
    )


def test_private_data_stays_out(small: RunRecord) -> None:
    """Without excerpts no text of a document is in the findings; a limit keeps the list short."""
    (only,) = findings(small, ReportSettings(excerpts=False, wrong_documents=1)).mistakes
    assert (only.id, only.excerpt) == ("d5", "")


def test_the_rest_of_the_figures(small: RunRecord) -> None:
    """Confusion, headline, calibration error, errors caught, training data."""
    told = findings(small, ReportSettings())
    assert told.confusion == {
        "invoice": {"invoice": 2, "complaint": 1},
        "complaint": {"invoice": 1, "complaint": 2},
    }
    assert told.macro_f1 == (0.5, 0.75)
    assert told.calibration_error == about(0.425)
    assert told.errors_caught == {"0.1": 0.0, "0.2": 0.0, "0.3": 0.0}
    assert told.at_threshold == Coverage(about(0.65), about(5 / 6), about(0.6))
    assert told.training_data == (DataRow("invoice", 3, 2), DataRow("complaint", 3, 1))
    assert told.train_only == 0


def test_deciding_words(small: RunRecord) -> None:
    """Coefficient times inverse document frequency against the labels' mean; pairs are written out."""
    (member,) = deciding(small.package, 2)
    assert member.member == "linear-text"
    assert member.terms == {
        "invoice": (("due", 3.0),),
        "complaint": (("due sorry", 4.0), ("sorry", 2.0)),
    }


def test_members_of_members(tmp_path: Path, small: RunRecord) -> None:
    """Every member of a blend is told, also one whose arrays say nothing of words."""
    vote = RuntimeDescription(
        "lexicon", {"layer": "vote"}, texts={"lexicon": '{"invoice": {"names": ["bill"]}}'}
    )
    inner = RuntimeDescription("blend", members=(vote, vote))
    write(
        tmp_path / "blend",
        RuntimeDescription("blend", members=(inner, vote)),
        labels=("invoice", "complaint"),
        provenance=Provenance("x", kernel="k", prep_version=1),
    )
    told = deciding(tmp_path / "blend", 2)
    assert [item.member for item in told] == [
        "1.1. lexicon (vote)",
        "1.2. lexicon (vote)",
        "2. lexicon (vote)",
    ]
    assert {item.measure for item in told} == {"its arrays do not say which words decide"}


def test_features_without_names() -> None:
    """More weights than names: the report says that it cannot tell, rather than telling wrongly."""
    words = {"lexicon": '{"invoice": {"names": ["bill"]}}'}
    layer = RuntimeDescription(
        "lexicon", {"layer": "linear"}, arrays={"coefficients": np.ones((99, 2))}, texts=words
    )
    (told,) = deciding_in(layer, ("invoice", "complaint"), 3, TextBatch(["a bill"]))
    assert (told.measure, told.terms) == ("its arrays do not say which words decide", {})


def test_features_in_different_units_are_brought_to_one() -> None:
    """A coefficient counts by how far its feature spreads: one that is the same in all documents decides nothing."""
    words = {"lexicon": '{"invoice": {"names": ["bill"]}}'}
    matcher = lexicon.matcher_of(RuntimeDescription("lexicon", texts=words))
    documents = TextBatch(["a bill", "a letter"])
    told = np.array([[1.0, -1.0]] * documents.described(matcher).shape[1])
    layer = RuntimeDescription("lexicon", {"layer": "linear"}, arrays={"coefficients": told}, texts=words)
    (member,) = deciding_in(layer, ("invoice", "complaint"), 99, documents)
    assert member.terms["invoice"] == (
        ("invoice: first", about(0.346574)),
        ("invoice: head", about(0.346574)),
        ("invoice: names", about(0.346574)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a  b\n c", "a b c"), ("abcdef", "abcd…"), ("abc  defgh", "abc…"), ("abcde", "abcde"), ("", "")],
)
def test_excerpts(text: str, expected: str) -> None:
    """One line of at most five characters here, the ellipsis included."""
    assert excerpt(text, 5) == expected


def test_a_run_without_integrity_checks(small: RunRecord) -> None:
    """An integrity report without checks is no error."""
    assert findings(replace(small, integrity={}), ReportSettings()).integrity == ()
