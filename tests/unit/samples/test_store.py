"""The verb `samples`: files beside a labels file that describes them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from mailroom.contracts.errors import UsageError
from samples.commands import samples
from samples.errors import UnknownChoice
from samples.generation import generate
from samples.store import prepare_folder, write_samples


def _rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]


def _run(*arguments: str) -> dict[str, Any]:
    app = typer.Typer()
    app.command()(samples)
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_files_and_labels_are_written(tmp_path: Path) -> None:
    """Every row names a file that exists beside it, its label and its text."""
    answer = _run("--count", "14", "--seed", "3", "--output", str(tmp_path / "new"), "--forms", "txt,pdf")
    rows = _rows(tmp_path / "new")
    assert answer["documents"] == 14
    assert answer["forms"] == {"pdf": 7, "txt": 7}
    assert [row["id"] for row in rows] == [f"generated-3-{number}" for number in range(14)]
    assert all((tmp_path / "new" / row["path"]).stat().st_size > 0 for row in rows)
    assert set(rows[0]) == {"id", "label", "path", "form", "source", "group", "lang", "text"}


def test_texts_only_writes_one_file(tmp_path: Path) -> None:
    """For training the labels file alone is enough."""
    _run("--count", "7", "--output", str(tmp_path), "--texts-only")
    assert [path.name for path in tmp_path.iterdir()] == ["labels.jsonl"]
    assert all(row["text"] and "path" not in row for row in _rows(tmp_path))


def test_labels_and_languages_are_passed_on(tmp_path: Path) -> None:
    """The verb writes what was asked for."""
    answer = _run(
        "--count", "4", "--output", str(tmp_path), "--labels", "offer", "--languages", "es", "--texts-only"
    )
    assert answer["labels"] == {"offer": 4}
    assert answer["languages"] == {"es": 4}


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten unasked, and the message says the mend."""
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError, match="--overwrite"):
        prepare_folder(tmp_path, overwrite=False)
    prepare_folder(tmp_path, overwrite=True)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """An output that is a file is named as such."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        prepare_folder(tmp_path / "file", overwrite=True)


def test_an_unknown_form_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """No labels file is left behind."""
    with pytest.raises(UnknownChoice, match="docx"):
        write_samples(generate(1, 1), 1, tmp_path, forms=["docx"])
    assert list(tmp_path.iterdir()) == []


def test_every_label_comes_in_every_form(tmp_path: Path) -> None:
    """Labels and forms take turns without running in lockstep."""
    write_samples(generate(8, 1, labels=["offer", "other"]), 8, tmp_path, forms=["txt", "html"])
    assert Counter((row["label"], row["form"]) for row in _rows(tmp_path)) == {
        ("offer", "txt"): 2,
        ("offer", "html"): 2,
        ("other", "txt"): 2,
        ("other", "html"): 2,
    }
