"""Training and evaluation from files to files."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from cli.main import main
from mailroom.contracts.errors import UsageError
from mailroom.model_package import load
from training.documents import LabelledDocument
from training.run import present_labels
from training.shell import evaluate_package, train_package


@pytest.fixture
def file(tmp_path: Path, documents: list[LabelledDocument]) -> Path:
    """The small set as JSON Lines."""
    path = tmp_path / "documents.jsonl"
    path.write_text("".join(json.dumps(asdict(item)) + "\n" for item in documents))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a verb: exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as status:
        main(arguments)
    streams = capsys.readouterr()
    return int(str(status.value.code)), streams.out, streams.err


def test_train_and_evaluate_from_the_command_line(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON document each, with every key; a warning that the documents were trained on."""
    package = str(tmp_path / "package")
    code, out, _ = run(capsys, "train", "--documents", str(file), "--output", package, "--json")
    assert code == 0
    assert json.loads(out)["labels"] == ["invoice", "complaint", "other"]
    code, out, err = run(capsys, "evaluate", "--package", package, "--documents", str(file), "--json")
    result = json.loads(out)
    assert code == 0
    assert sorted(result) == [
        "accuracy",
        "confusion_matrix",
        "documents",
        "errors_caught",
        "expected_calibration_error",
        "macro_f1",
        "package",
        "per_class",
        "review_share",
        "seen_in_training",
    ]
    assert (result["documents"], result["seen_in_training"]) == (90, 90)
    assert result["macro_f1"] > 0.9
    assert "90 of 90 documents were trained on" in " ".join(err.split())


def test_a_person_gets_tables(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the figures come as text, the same ones."""
    package = str(tmp_path / "package")
    _, out, _ = run(capsys, "train", "--documents", str(file), "--output", package)
    assert "90 documents of 3 labels" in out
    _, out, _ = run(capsys, "evaluate", "--package", package, "--documents", str(file))
    assert "seen in training: 90" in out


def test_documents_not_trained_on_bring_no_warning(
    tmp_path: Path, file: Path, documents: list[LabelledDocument], capsys: pytest.CaptureFixture[str]
) -> None:
    """Other texts are an estimate; the trained package keeps no text but its golden documents."""
    package = tmp_path / "package"
    train_package([file], package, kernel_name="text-linear", seed=1, name="small", version="7")
    unseen = tmp_path / "unseen.jsonl"
    rows = [asdict(replace(item, text=item.text + " something new")) for item in documents]
    unseen.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert evaluate_package(package, [unseen])["seen_in_training"] == 0
    assert capsys.readouterr().err == ""
    manifest = load(package).manifest
    assert (manifest.name, manifest.version, manifest.kernel) == ("small", "7", "text-linear")
    assert manifest.metrics["documents_left_out"] == 90


def test_the_seed_makes_the_package(tmp_path: Path, file: Path) -> None:
    """Two runs with one seed give one digest."""
    digests = {
        train_package([file], tmp_path / name, kernel_name="text-linear", seed=3, name="x", version="")[
            "digest"
        ]
        for name in ("first", "second")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--kernel", "text-liner"), "kernel 'text-liner' is unknown"),
        (("--documents", "absent.jsonl"), "no such file or folder"),
        (("--output", "."), "is no model package"),
    ],
)
def test_wrong_usage_is_a_line_and_status_two(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], complaint: str
) -> None:
    """A call that cannot be right ends before any work, without a traceback."""
    defaults = {"--documents": str(file), "--output": str(tmp_path / "package")}
    call = defaults | dict([arguments])
    if call["--output"] == ".":
        call["--output"] = str(tmp_path)
    code, out, err = run(capsys, "train", *[part for pair in call.items() for part in pair])
    assert (code, out) == (2, "")
    assert complaint in " ".join(err.split())
    assert "Traceback" not in err


def test_a_broken_package_is_a_line_and_status_one(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Evaluating what is no package says so."""
    code, _, err = run(capsys, "evaluate", "--package", str(tmp_path / "none"), "--documents", str(file))
    assert code == 1
    assert "give a folder that `mailroom train` wrote" in " ".join(err.split())


def test_one_label_or_one_document_is_too_little(documents: list[LabelledDocument]) -> None:
    """There must be something to tell apart, and enough of it to measure."""
    invoices = [item for item in documents if item.label == "invoice"]
    with pytest.raises(UsageError, match="documents of one label only"):
        present_labels(invoices, ["invoice", "other"])
    with pytest.raises(UsageError, match="too few documents of other"):
        present_labels([*invoices, replace(invoices[0], label="other")], ["invoice", "other"])
