"""Bad models and why each is not let through, every one served and asked as it would be in production."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.gate.conftest import Judge, causes, documents_of
from tests.integration.gate.models import bent, copied, edited, poisoned, rewritten, slowed, trained
from training.documents import LabelledDocument

pytestmark = pytest.mark.gate


def test_a_good_one_passes(judged: Judge, package: Path, tmp_path: Path) -> None:
    """The champion under another version is no worse, and the verdict says what that rests on."""
    verdict = judged(rewritten(package, tmp_path / "same"))
    assert causes(verdict) == set()
    assert verdict.passed
    assert verdict.documents["count"] == 700
    assert verdict.evidence["golden"]["documents"] == 20
    assert verdict.evidence["golden"]["largest_difference"] <= 1e-5
    assert verdict.evidence["comparison"]["difference"]["macro_f1"]["value"] == 0.0


@pytest.mark.security
def test_a_poisoned_one(
    judged: Judge, package: Path, lessons: list[LabelledDocument], tmp_path: Path
) -> None:
    """Half of the complaints were taught as something else: the class is named."""
    lesson = poisoned(lessons, "complaint", "other")
    verdict = judged(trained(lesson, package, tmp_path / "poisoned"))
    assert "worse-in-class" in causes(verdict)
    assert any("F1 of complaint falls" in refusal.message for refusal in verdict.refusals)


@pytest.mark.security
def test_poisoned_data_that_the_checks_found(judged: Judge, package: Path, tmp_path: Path) -> None:
    """The integrity report beside the package says stop: the model is not even started."""
    report = {"status": "stop", "findings": [{"check": "label_noise", "outcome": "stop", "message": "mixed"}]}
    (tmp_path / "integrity.json").write_text(json.dumps(report), encoding="utf-8")
    verdict = judged(rewritten(package, tmp_path / "package"))
    assert causes(verdict) == {"data-integrity"}
    assert verdict.integrity == report
    assert "comparison" not in verdict.evidence


@pytest.mark.security
def test_a_leaked_one(judged: Judge, package: Path, file: Path, tmp_path: Path) -> None:
    """It learnt three of the documents by heart, in other letters and spaces."""
    texts = [item.text.upper().replace(" ", "\n") for item in documents_of(file)[:3]]
    verdict = judged(rewritten(package, tmp_path / "leaked", trained_on=texts))
    assert causes(verdict) == {"leaked"}
    assert verdict.evidence["leaked"] == {"candidate": 3, "champion": 0}


@pytest.mark.security
def test_one_that_does_not_say_what_it_learnt_from(judged: Judge, package: Path, tmp_path: Path) -> None:
    """Without fingerprints nobody could tell a leak."""
    assert causes(judged(rewritten(package, tmp_path / "silent", trained_on=[]))) == {"leaked"}


def test_a_missing_class(
    judged: Judge, package: Path, lessons: list[LabelledDocument], tmp_path: Path
) -> None:
    """It has never heard of complaints."""
    lesson = [item for item in lessons if item.label != "complaint"]
    verdict = judged(trained(lesson, package, tmp_path / "six"))
    assert causes(verdict) == {"missing-class"}
    assert "complaint (which the champion gives)" in verdict.refusals[0].message


def test_a_slower_one(judged: Judge, package: Path, tmp_path: Path) -> None:
    """The same labels after much arithmetic."""
    verdict = judged(rewritten(package, tmp_path / "slow", slowed))
    assert causes(verdict) == {"slower"}


def test_a_mis_calibrated_one(judged: Judge, package: Path, tmp_path: Path) -> None:
    """The same labels, much too doubtful of each."""
    verdict = judged(
        rewritten(
            package,
            tmp_path / "loud",
            lambda model: model.with_parameters(temperature=float(model.parameters["temperature"]) * 5),
        )
    )
    assert "mis-calibrated" in causes(verdict)
    assert not causes(verdict) & {"worse", "worse-in-class", "slower"}


@pytest.mark.security
def test_a_tampered_one(judged: Judge, package: Path, tmp_path: Path) -> None:
    """Somebody exchanged its weights; it is not started."""
    verdict = judged(bent(package, tmp_path / "bent", vouched=False))
    assert causes(verdict) == {"tampered"}
    assert verdict.candidate == {"place": str(tmp_path / "bent")}


@pytest.mark.security
def test_a_tampered_one_with_a_manifest_to_fit(judged: Judge, package: Path, tmp_path: Path) -> None:
    """Its weights were exchanged and every digest with them: its golden documents tell."""
    assert causes(judged(bent(package, tmp_path / "bent", vouched=True))) == {"golden"}


@pytest.mark.security
def test_fingerprints_of_other_documents(judged: Judge, package: Path, tmp_path: Path) -> None:
    """A manifest that vouches for other training documents than the package names."""
    folder = copied(package, tmp_path / "other")
    with edited(folder) as manifest:
        manifest["data_fingerprint"] = "0" * 64
    assert causes(judged(folder)) == {"tampered"}


@pytest.mark.security
def test_thresholds_of_nobody(judged: Judge, package: Path, tmp_path: Path) -> None:
    """An operator, or somebody else, let everything pass without review: thresholds are in no digest."""
    folder = copied(package, tmp_path / "open")
    with edited(folder) as manifest:
        manifest["thresholds"] = {}
    assert causes(judged(folder)) == {"unreviewed-errors"}


def test_no_golden_documents(judged: Judge, package: Path, tmp_path: Path) -> None:
    """What promises nothing cannot be held to it."""
    assert causes(judged(rewritten(package, tmp_path / "none", golden=[]))) == {"golden"}


def test_text_rules_of_another_time(judged: Judge, package: Path, tmp_path: Path) -> None:
    """A package for rules that this version no longer carries."""
    folder = copied(package, tmp_path / "old")
    with edited(folder) as manifest:
        manifest["prep_version"] = 0
    verdict = judged(folder)
    assert causes(verdict) == {"unsupported"}
    assert "text rules 0" in verdict.refusals[0].message


def test_a_label_that_reaches_nobody(
    judged: Judge, package: Path, lessons: list[LabelledDocument], tmp_path: Path
) -> None:
    """Its service does not start, and its own words say why."""
    lesson = [*lessons, *[replace(item, label="contract") for item in lessons[::20]]]
    verdict = judged(trained(lesson, package, tmp_path / "eight"))
    assert causes(verdict) == {"broken"}
    assert "labels that no department handles: contract" in verdict.refusals[0].message
