"""Runs read from YAML."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from training.yaml_values import read_yaml


def _written(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_variables_are_filled_in_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In lists, in mappings, within a longer value; numbers stay numbers."""
    monkeypatch.setenv("SHARE", "/data")
    monkeypatch.delenv("NOT_SET", raising=False)
    path = _written(
        tmp_path, 'seed: 3\nsources: [{path: "${SHARE}/a.jsonl"}]\nname: "${NOT_SET:-corpus}-run"\n'
    )
    assert read_yaml(path) == {"seed": 3, "sources": [{"path": "/data/a.jsonl"}], "name": "corpus-run"}


def test_a_secret_is_read_from_the_file_that_its_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As containers are given them; the line end does not belong to it."""
    (tmp_path / "secret").write_text("s3same\n")
    monkeypatch.setenv("WAREHOUSE_PASSWORD_FILE", str(tmp_path / "secret"))
    assert read_yaml(_written(tmp_path, "password: ${WAREHOUSE_PASSWORD}\n")) == {"password": "s3same"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: ${SURELY_NOT_SET}", "SURELY_NOT_SET is not set: export it"),
        ("- a list", "write settings as `name: value`"),
        ("a: [1, 2", "not readable as YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_mend(tmp_path: Path, text: str, said: str) -> None:
    """In one line."""
    with pytest.raises(UsageError, match=said) as refusal:
        read_yaml(_written(tmp_path, text))
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(UsageError, match=r"none\.yaml: cannot be read"):
        read_yaml(tmp_path / "none.yaml")
