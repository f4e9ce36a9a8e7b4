"""Which files a person means."""

import os
from pathlib import Path

import pytest

from ingest.selection import Chosen, Skipped, Trouble, select


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a small tree."""
    for name in ("b.txt", "a.txt", ".hidden", "sub/c.txt", "sub/deep/d.txt", ".git/e.txt", "odd[1].txt"):
        file = tmp_path / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chosen(*arguments: str, recursive: bool = True) -> list[str]:
    """The paths to be sent."""
    return [item.path for item in select(arguments, recursive=recursive) if isinstance(item, Chosen)]


def skipped(*arguments: str) -> list[Skipped]:
    """What is not to be sent."""
    return [item for item in select(arguments) if isinstance(item, Skipped)]


@pytest.mark.usefixtures("here")
class TestSelect:
    """Arguments to files."""

    def test_a_folder_is_walked_in_order(self) -> None:
        """Files come sorted, folder by folder, hidden ones left out."""
        assert chosen("docs") == [
            "docs/a.txt",
            "docs/b.txt",
            "docs/odd[1].txt",
            "docs/sub/c.txt",
            "docs/sub/deep/d.txt",
        ]

    def test_a_folder_may_be_taken_without_the_folders_in_it(self) -> None:
        """Without recursion only the folder's own files are sent."""
        assert chosen("docs/sub", recursive=False) == ["docs/sub/c.txt"]

    def test_hidden_ones_are_told(self) -> None:
        """A hidden file or folder is skipped, and said to be."""
        assert skipped("docs") == [
            Skipped("docs/.git", Trouble.HIDDEN),
            Skipped("docs/.hidden", Trouble.HIDDEN),
        ]

    def test_a_hidden_file_that_is_named_is_meant(self) -> None:
        """Whoever types its name wants it sent."""
        assert chosen("docs/.hidden") == ["docs/.hidden"]

    def test_a_quoted_glob_is_expanded(self) -> None:
        """A pattern that the shell did not expand is expanded here."""
        assert sorted(chosen("docs/*.txt")) == ["docs/a.txt", "docs/b.txt", "docs/odd[1].txt"]

    def test_a_deep_glob_names_each_file_once(self) -> None:
        """`**` matches folders and the files in them: the folders are not walked again."""
        assert sorted(chosen("docs/sub/**")) == ["docs/sub/c.txt", "docs/sub/deep/d.txt"]

    def test_a_file_whose_name_looks_like_a_glob_is_a_file(self) -> None:
        """Brackets in a name do not hide the file."""
        assert chosen("docs/odd[1].txt") == ["docs/odd[1].txt"]

    def test_a_dash_is_standard_input(self) -> None:
        """`-` stands for what is piped in."""
        assert chosen("-", "docs/a.txt") == ["-", "docs/a.txt"]

    def test_what_is_not_there_is_told(self) -> None:
        """Missing files, globs without a match and empty folders are failures, each with its name."""
        assert skipped("nix", "nix*", "empty") == [
            Skipped("nix", Trouble.MISSING),
            Skipped("nix*", Trouble.NO_MATCH),
            Skipped("empty", Trouble.EMPTY_FOLDER),
        ]

    def test_a_linked_folder_is_not_entered(self, here: Path) -> None:
        """A link to a folder above would never end."""
        (here / "docs" / "sub" / "loop").symlink_to(here)
        assert skipped("docs/sub") == [Skipped("docs/sub/loop", Trouble.LINKED_FOLDER)]

    def test_pipes_in_a_folder_are_no_documents(self, here: Path) -> None:
        """Reading a pipe that nobody writes to would wait for ever."""
        os.mkfifo(here / "empty" / "pipe")
        assert skipped("empty") == [Skipped("empty/pipe", Trouble.NOT_A_FILE)]
