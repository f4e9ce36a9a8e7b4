"""The verbs as a script calls them: exit status, one JSON document, one line for what is wrong."""

import json
from pathlib import Path

import pytest

from cli.main import main
from mailroom.model_package import Provenance, write
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, blend

pytestmark = pytest.mark.gate


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package."""
    folder = tmp_path / "package"
    provenance = Provenance("small", "by-hand", 1)
    write(folder, blend(), labels=LABELS, provenance=provenance, golden=TEXTS, trained_on=["one"])
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """One document, which the package learnt from."""
    file = tmp_path / "documents.jsonl"
    file.write_text('{"id": "1", "label": "invoice", "text": "One."}\n', encoding="utf-8")
    return file


def called(*words: str) -> int:
    """The exit status of the command line."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(ended.value.code or 0)


def test_a_refusal(
    package: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 3, reasons by name, and the verdict as files."""
    places = ("--candidate", str(package), "--champion", str(package), "--documents", str(documents))
    options = (
        "--in-process",
        "--json",
        "--output",
        str(tmp_path / "verdict"),
        "--key",
        str(tmp_path / "key"),
    )
    assert called("gate", *places, *options) == 3
    result = json.loads(capsys.readouterr().out)
    assert result["decision"] == "refuse"
    assert [reason["reason"] for reason in result["reasons"]] == ["leaked"]
    assert result["leaked"] == {"candidate": 1, "champion": 1}
    assert all(Path(place).is_file() for place in result["files"].values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--candidate": "/nonexistent"}, "no such folder; an image needs a Docker engine"),
        ({"--documents": "/nonexistent"}, "no such file or folder"),
        ({"--limit": "margins=1"}, "each as NAME=VALUE"),
        ({"--integrity": "/nonexistent"}, "no integrity report"),
    ],
)
def test_what_cannot_be_judged(
    package: Path,
    documents: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    message: str,
) -> None:
    """Exit status 2, one line, and no verdict."""
    options = {
        "--candidate": str(package),
        "--champion": str(package),
        "--documents": str(documents),
    } | change
    words = [word for pair in options.items() for word in pair]
    assert called("gate", "--in-process", "--output", str(tmp_path / "verdict"), *words) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "verdict").exists()


def test_a_champion_that_is_none(
    package: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken champion is no fault of the candidate: status 1, and no verdict."""
    champion = tmp_path / "champion"
    write(champion, blend(), labels=LABELS, provenance=Provenance("small", "by-hand", 1), trained_on=["one"])
    places = ("--candidate", str(package), "--champion", str(champion), "--documents", str(documents))
    assert called("gate", "--in-process", "--output", str(tmp_path / "verdict"), *places) == 1
    assert "the champion cannot be compared with" in capsys.readouterr().err


def test_a_release_of_nothing(tmp_path: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without a package: one line, before anything else is asked."""
    options = ("--documents", str(documents), "--repository", "127.0.0.1:1/a")
    assert called("release", "--package", str(tmp_path), *options) == 1
    assert "give a folder that `mailroom train` wrote" in capsys.readouterr().err
