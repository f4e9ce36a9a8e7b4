"""A package survives being written and read, and says what it is."""

import json
from pathlib import Path

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import Provenance, is_package, load, write
from mailroom.model_package.fingerprints import fingerprints, seen
from mailroom.model_package.runtimes import build_runtime
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, PackageMaker, blend, linear


def test_a_loaded_package_predicts_what_the_model_did(make_package: PackageMaker) -> None:
    """Predictions before writing and after loading are the same; rows sum to 1."""
    expected = np.exp(build_runtime(blend(), LABELS).log_probabilities(TextBatch(TEXTS)))
    package = load(make_package())
    np.testing.assert_allclose(package.predict(TEXTS), expected, atol=1e-12)
    np.testing.assert_allclose(package.predict(TEXTS).sum(axis=1), 1.0)
    assert package.check_golden() == pytest.approx(0.0, abs=1e-12)


def test_predictions_are_those_computed_by_hand(make_package: PackageMaker) -> None:
    """`invoice` and `invoice number` once each: idf (1, 1.5) over its length, times the coefficients."""
    package = load(make_package(linear()))
    score = (1.0 * 2.0 + 1.5 * 3.0) / 3.25**0.5 + 0.1
    assert package.predict(["invoice number 7"])[0, 0] == pytest.approx(
        1 / (1 + np.exp(-2 * score)), abs=1e-6
    )
    assert package.predict(["number neither"])[0, 0] == pytest.approx(1 / (1 + np.exp(-0.2)), abs=1e-6)


def test_the_manifest_says_what_the_package_is(make_package: PackageMaker) -> None:
    """Name, labels, thresholds and files, and a digest that is the model's identity."""
    manifest = load(make_package()).manifest
    assert (manifest.name, manifest.kernel, manifest.labels) == ("small", "by-hand", ("invoice", "complaint"))
    assert (manifest.threshold("invoice"), manifest.threshold("unheard of")) == (0.7, 0.0)
    assert manifest.format_version == 1
    assert sorted(manifest.files) == [
        "fingerprints.npy",
        "golden.jsonl",
        "member-0/coefficients.npy",
        "member-0/idf.npy",
        "member-0/intercept.npy",
        "member-0/pairs.npy",
        "member-0/vocabulary.txt",
        "member-1/lexicon.txt",
        "runtime.json",
    ]


def test_the_same_model_has_the_same_digest(make_package: PackageMaker) -> None:
    """Writing twice gives the same bytes; another temperature gives another identity."""
    first = load(make_package()).manifest
    assert load(make_package()).manifest == first
    assert load(make_package(blend().with_parameters(temperature=2.0))).manifest.digest != first.digest


def test_an_empty_batch_has_no_rows(make_package: PackageMaker) -> None:
    """No texts, no predictions, still a column for each label."""
    assert load(make_package()).predict([]).shape == (0, 2)


def test_batches_are_cut_without_a_trace(make_package: PackageMaker) -> None:
    """A text's prediction does not depend on its neighbours."""
    package = load(make_package())
    many = package.predict(list(TEXTS) * 400)
    np.testing.assert_allclose(many[:3], many[-3:], atol=1e-12)
    np.testing.assert_allclose(many[:3], package.predict(TEXTS), atol=1e-12)


def test_the_version_defaults_to_the_data(make_package: PackageMaker) -> None:
    """Without a version the documents give one."""
    manifest = load(make_package()).manifest
    assert manifest.version == manifest.data_fingerprint[:12]


def test_fingerprints_know_a_document_by_its_letters(make_package: PackageMaker) -> None:
    """Case, accents, punctuation and white space do not make another document."""
    known = load(make_package()).fingerprints
    assert len(known) == 2
    assert seen(fingerprints(["ONE.", "t w o", "three"]), known).tolist() == [True, True, False]


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    """A folder with something else in it is not replaced."""
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(UsageError, match="no model package"):
        write(tmp_path, blend(), labels=LABELS, provenance=Provenance("x", "y", 1))
    assert (tmp_path / "letter.txt").read_text() == "keep me"
    assert not is_package(tmp_path)


def test_nothing_is_left_beside_a_written_package(make_package: PackageMaker) -> None:
    """The temporary folder is gone, after a first write and after a replacement."""
    target = make_package()
    make_package()
    assert [path.name for path in target.parent.iterdir()] == ["package"]


def test_a_failed_write_leaves_the_old_package(
    make_package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up while writing costs nothing but the new package."""
    target = make_package()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        make_package(blend().with_parameters(temperature=3.0))
    monkeypatch.undo()
    assert json.loads((target / "runtime.json").read_text())["parameters"] == {"temperature": 1.5}
    assert load(target).check_golden() == pytest.approx(0.0, abs=1e-12)
    assert [path.name for path in target.parent.iterdir()] == ["package"]
