"""Labelled documents from files: both forms, and every wrong line told by its number."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from training.documents import LabelledDocument, read_documents

LABELS = ("invoice", "other")


def read(*paths: Path) -> list[LabelledDocument]:
    """Read with a reader of plain text."""
    return read_documents(paths, LABELS, read_file=lambda path: path.read_text(encoding="utf-8"))


def test_lines_with_text(tmp_path: Path) -> None:
    """Every optional field is kept; blank lines do not count."""
    file = tmp_path / "documents.jsonl"
    file.write_text(
        '{"id": "a", "label": "invoice", "text": "Bill", "source": "shop", "group": "g", "fold": 2}\n\n'
        '{"label": "other", "text": ""}\n'
    )
    assert read(file) == [
        LabelledDocument("a", "invoice", "Bill", "shop", "g", 2),
        LabelledDocument(f"{file}:3", "other", ""),
    ]


def test_lines_with_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """A path is read from where the JSON Lines file lies."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Bill")
    file = tmp_path / "documents.jsonl"
    file.write_text('{"id": "a", "label": "invoice", "path": "in/a.txt"}\n')
    assert [(item.text, item.path) for item in read(file)] == [("Bill", str(tmp_path / "in" / "a.txt"))]


def test_of_scans_the_file_is_read_and_not_the_text_beside_it(tmp_path: Path) -> None:
    """What a person typed is no page; a line without a file is refused."""
    (tmp_path / "a.txt").write_text("from the file")
    file = tmp_path / "scans.jsonl"
    file.write_text('{"label": "invoice", "path": "a.txt", "text": "typed"}\n')

    def scans() -> list[str]:
        return [item.text for item in read_documents([file], LABELS, read_file=Path.read_text, scans=True)]

    assert scans() == ["from the file"]
    assert [item.text for item in read(file)] == ["typed"]
    file.write_text('{"label": "invoice", "text": "typed"}\n')
    with pytest.raises(UsageError, match=r"scans\.jsonl:1: no path; write .*\"path\""):
        scans()


def test_a_folder_per_label(tmp_path: Path) -> None:
    """Folder names are labels; hidden files do not count; the top folder is the source."""
    (tmp_path / "invoice" / "march").mkdir(parents=True)
    (tmp_path / "invoice" / "march" / "a.txt").write_text("Bill")
    (tmp_path / "invoice" / ".DS_Store").write_text("x")
    (tmp_path / ".git").mkdir()
    assert read(tmp_path) == [
        LabelledDocument(
            "invoice/march/a.txt",
            "invoice",
            "Bill",
            tmp_path.name,
            path=str(tmp_path / "invoice" / "march" / "a.txt"),
        )
    ]


def test_several_places_add_up(tmp_path: Path) -> None:
    """A file and a folder are read together."""
    (tmp_path / "folder" / "other").mkdir(parents=True)
    (tmp_path / "folder" / "other" / "a.txt").write_text("News")
    (tmp_path / "b.jsonl").write_text('{"label": "invoice", "text": "Bill"}')
    assert [item.label for item in read(tmp_path / "folder", tmp_path / "b.jsonl")] == ["other", "invoice"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"text": "x"}', "unknown label None; use one of invoice, other"),
        (b'{"label": "bill", "text": "x"}', "unknown label 'bill'; use one of invoice, other"),
        (b'{"label": ["invoice"], "text": "x"}', "unknown label"),
        (b'{"label": "invoice"}', "neither text nor path"),
        (b'{"label": "invoice", "text": 5}', "neither text nor path"),
        (b'{"label": "invoice", "path": "gone.pdf"}', r"no such file: .*gone\.pdf"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: bytes, complaint: str) -> None:
    """The message has the file, the number of the line and the mend."""
    file = tmp_path / "documents.jsonl"
    file.write_bytes(b'{"label": "invoice", "text": "fine"}\n' + line + b"\n")
    with pytest.raises(UsageError, match=rf"documents\.jsonl:2: {complaint}"):
        read(file)


def test_a_folder_of_an_unknown_label_is_refused(tmp_path: Path) -> None:
    """A folder that is no label is a mistake, not something to skip."""
    (tmp_path / "bills").mkdir()
    with pytest.raises(UsageError, match=r"bills: unknown label; name the folders invoice, other"):
        read(tmp_path)


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    """An empty file, an empty folder and a place that is not there are told apart from success."""
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UsageError, match="no documents"):
        read(tmp_path / "empty.jsonl")
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "absent")
