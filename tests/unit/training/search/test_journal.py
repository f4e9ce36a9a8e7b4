"""The journal of finished fits."""

from pathlib import Path

import numpy as np
import pytest

from training.dataset import write_dataset
from training.documents import LabelledDocument
from training.folds import Fold
from training.search.journal import Journal, fingerprint, identities
from training.search.results import Candidate
from training.search.settings import SearchSettings
from training.search.work import Outcome, Trial
from training.split import SplitPlan

TRIAL = Trial(Candidate("k", {"c": 1.0}), fold=2, share=1.0)
OTHER = Trial(Candidate("k", {"c": 2.0}), fold=2, share=1.0)
ROWS = np.array([[-0.5, -1.0]])


def test_a_finished_fit_is_found_again(tmp_path: Path) -> None:
    """With its predictions and its processor time; what was never noted is not found."""
    Journal(tmp_path, {"k": "now"}).note(Outcome(TRIAL, 1.25, ROWS))
    found = Journal(tmp_path, {"k": "now"}).found(TRIAL)
    assert found is not None
    assert found.seconds == 1.25
    assert found.log_probabilities is not None
    np.testing.assert_array_equal(found.log_probabilities, ROWS)
    assert Journal(tmp_path, {"k": "now"}).found(OTHER) is None


def test_other_data_or_code_is_another_fit(tmp_path: Path) -> None:
    """Nothing is taken over from a run whose identity differs."""
    Journal(tmp_path, {"k": "then"}).note(Outcome(TRIAL, 1.0, ROWS))
    assert Journal(tmp_path, {"k": "now"}).found(TRIAL) is None


def test_a_failed_fit_is_tried_again(tmp_path: Path) -> None:
    """Its reason stands in the file; its cause may be mended."""
    Journal(tmp_path, {"k": "now"}).note(Outcome(TRIAL, 1.0, reason="too slow"))
    assert Journal(tmp_path, {"k": "now"}).found(TRIAL) is None
    assert '"reason": "too slow"' in (tmp_path / "journal.jsonl").read_text()


@pytest.mark.parametrize("torn", [1, 20, 60])
def test_a_torn_line_costs_one_fit(tmp_path: Path, torn: int) -> None:
    """Wherever the last line was cut, those before it are read, and the next one begins anew."""
    journal = Journal(tmp_path, {"k": "now"})
    journal.note(Outcome(TRIAL, 1.0, ROWS))
    journal.note(Outcome(OTHER, 1.0, ROWS))
    file = tmp_path / "journal.jsonl"
    file.write_bytes(file.read_bytes()[:-torn])
    again = Journal(tmp_path, {"k": "now"})
    assert (again.found(TRIAL) is None, again.found(OTHER) is None) == (False, True)
    again.note(Outcome(OTHER, 1.0, ROWS))
    assert Journal(tmp_path, {"k": "now"}).found(OTHER) is not None


def test_lost_predictions_are_made_again(tmp_path: Path) -> None:
    """A line without its file is worth nothing."""
    Journal(tmp_path, {"k": "now"}).note(Outcome(TRIAL, 1.0, ROWS))
    for path in (tmp_path / "fits").iterdir():
        path.unlink()
    assert Journal(tmp_path, {"k": "now"}).found(TRIAL) is None


def test_the_identity_is_of_all_that_counts(tmp_path: Path) -> None:
    """Text, label, folds, order of labels, seed and word lists each make another identity."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.yaml").write_text("en: {names: [x]}")
    documents = [LabelledDocument("1", "a", "one"), LabelledDocument("2", "b", "two")]
    plan = SplitPlan((Fold((0,), (1,)),), (0, 1), ())
    turned = SplitPlan((Fold((1,), (0,)),), (0, 1), ())
    plain, worded = SearchSettings(), SearchSettings(word_lists=tmp_path / "words")
    first = write_dataset(documents, tmp_path / "first")
    again = write_dataset(documents, tmp_path / "again")
    other = write_dataset([documents[0], LabelledDocument("2", "a", "two")], tmp_path / "other")
    assert fingerprint(first) == fingerprint(again)
    found = [
        identities(dataset, folds, labels, settings, seed)["text-linear"]
        for dataset, folds, labels, settings, seed in (
            (first, plan, ("a", "b"), plain, 1),
            (other, plan, ("a", "b"), plain, 1),
            (first, turned, ("a", "b"), plain, 1),
            (first, plan, ("b", "a"), plain, 1),
            (first, plan, ("a", "b"), worded, 1),
            (first, plan, ("a", "b"), plain, 2),
        )
    ]
    assert len(set(found)) == 6
