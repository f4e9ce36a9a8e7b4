"""The default package: trained once, by the verbs that a person would call."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailroom.embedded import packages


class FakeChild:
    """Stands for a verb: `samples` and `train` leave what they would leave, or fail."""

    calls: list[list[str]]
    fails: bool

    def __init__(self, command: Sequence[str], *, log_file: Path) -> None:
        self.arguments = list(command[3:])
        self.calls.append(self.arguments)
        log_file.write_text("mailroom: no documents\n" if self.fails else "")
        output = Path(self.arguments[self.arguments.index("--output") + 1])
        output.mkdir()
        (output / {"samples": "labels.jsonl", "train": "manifest.json"}[self.arguments[0]]).write_text("{}")

    def join(self, _timeout_seconds: float) -> bool:
        return True

    def poll(self) -> int:
        return int(self.fails)


@pytest.fixture
def verbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[FakeChild]:
    """Verbs that do next to nothing, and an empty cache."""
    fake = type("Fake", (FakeChild,), {"calls": [], "fails": False})
    monkeypatch.setattr(packages, "Child", fake)
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    return fake


def test_a_package_is_trained_once(verbs: type[FakeChild], tmp_path: Path) -> None:
    """The first call says what it does and why it takes long; the second finds it done."""
    said: list[str] = []
    first = packages.provide_package(said.append)
    assert packages.provide_package(said.append) == first
    assert (first / "manifest.json").is_file()
    assert [call[0] for call in verbs.calls] == ["samples", "train"]
    documents = verbs.calls[1][verbs.calls[1].index("--documents") + 1]
    assert documents.endswith("/documents/labels.jsonl")
    assert said == ["no package was named: training one on generated documents (once, about a minute)"]
    assert [path.name for path in first.parent.glob(".train-*")] == []


def test_a_verb_that_fails_says_why(verbs: type[FakeChild], tmp_path: Path) -> None:
    """The message is the verb's own, with the path of its log, and nothing is kept."""
    verbs.fails = True
    with pytest.raises(packages.NoPackage, match=r"^`mailroom samples` failed: no documents \(its log is "):
        packages.provide_package(lambda _: None)
    assert list((tmp_path / "packages").glob("*/manifest.json")) == []


def test_another_recipe_has_another_key() -> None:
    """A package of before is not taken for the one of now."""
    assert packages.package_key((("samples", "--count", "1"),)) != packages.package_key()
    assert packages.package_key() == packages.package_key()


def test_a_change_of_what_makes_packages_changes_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the package is trained again rather than read by code that may not understand it."""
    made_by = tmp_path / "rules.py"
    monkeypatch.setattr(packages, "_makers", lambda: [made_by])
    made_by.write_text("one")
    before = packages.package_key()
    made_by.write_text("two")
    assert packages.package_key() != before


def test_everything_that_makes_a_package_counts() -> None:
    """Code and word lists of every part that has a hand in it, and nothing that merely lies beside them."""
    files = packages._makers()
    assert {"samples", "training", "features", "model_package", "textprep"} <= {
        part for file in files for part in file.parts
    }
    assert [file for file in files if file.suffix == ".pyc"] == []
