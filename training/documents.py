"""Labelled documents from files: JSON Lines with `text` or `path`, or a folder per label."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError

FORM = '{"id": "…", "label": "invoice", "text": "…"} (or "path" instead of "text")'
SCANS_FORM = '{"id": "…", "label": "invoice", "path": "…"}'

ReadFile = Callable[[Path], str]
"""Turns a document file into its text."""


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A document whose label is known.

    Attributes:
        id: As given, else file and line.
        label: What it is.
        text: Its text, cleansed by whoever trains or evaluates.
        source: Where it was collected; documents of one source have quirks in common.
        group: Near-duplicates and documents of one template; never on both sides of a split.
        fold: A fold that the data brings along; -1 for none.
        lang: Its language as given; empty where nobody said.
        path: Its file, where it came as one: what a kernel that looks at pages reads.
        train_only: Learnt from, never measured on: generated documents beside real ones.
    """

    id: str
    label: str
    text: str
    source: str = ""
    group: str = ""
    fold: int = -1
    lang: str = ""
    path: str = ""
    train_only: bool = False


def read_documents(
    paths: Sequence[Path], labels: Collection[str], *, read_file: ReadFile, scans: bool = False
) -> list[LabelledDocument]:
    """Read every document of files and folders.

    Args:
        paths: JSON Lines files, or folders with a folder per label.
        labels: The labels that are known.
        read_file: Gives the text of a document file; its errors name the file already.
        scans: A text that stands beside a path is left unread: what the file shows is what is asked for.

    Raises:
        UsageError: A place cannot be read, a line is not a labelled document, or a label is unknown.
    """
    documents = [item for path in paths for item in _read(path, labels, read_file, scans=scans)]
    if not documents:
        raise UsageError(f"{', '.join(map(str, paths))}: no documents; write one a line: {FORM}")
    return documents


def _read(
    path: Path, labels: Collection[str], read_file: ReadFile, *, scans: bool
) -> Iterator[LabelledDocument]:
    if path.is_dir():
        return _folder(path, labels, read_file)
    if path.is_file():
        return _lines(path, labels, read_file, scans=scans)
    raise UsageError(f"{path}: no such file or folder")


def _folder(folder: Path, labels: Collection[str], read_file: ReadFile) -> Iterator[LabelledDocument]:
    for place in sorted(item for item in folder.iterdir() if item.is_dir() and not _hidden(item)):
        if place.name not in labels:
            raise UsageError(f"{place}: unknown label; name the folders {_known(labels)}")
        for path in sorted(item for item in place.rglob("*") if item.is_file() and not _hidden(item)):
            name = path.relative_to(folder)
            yield LabelledDocument(
                str(name), place.name, read_file(path), source=folder.name, path=str(path.resolve())
            )


def _lines(
    file: Path, labels: Collection[str], read_file: ReadFile, *, scans: bool
) -> Iterator[LabelledDocument]:
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    place = f"{file}:{number}"
                    yield _document(_row(line, place, scans=scans), place, file.parent, labels, read_file)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error


def _document(
    row: Mapping[str, Any], place: str, folder: Path, labels: Collection[str], read_file: ReadFile
) -> LabelledDocument:
    label = row.get("label")
    if label not in labels:
        raise UsageError(f"{place}: unknown label {label!r}; use one of {_known(labels)}")
    return LabelledDocument(
        id=str(row.get("id") or place),
        label=str(label),
        text=_text(row, place, folder, read_file),
        source=str(row.get("source") or ""),
        group=str(row.get("group") or ""),
        fold=row["fold"] if isinstance(row.get("fold"), int) else -1,
        path=str((folder / row["path"]).resolve()) if isinstance(row.get("path"), str) else "",
    )


def _row(line: bytes, place: str, *, scans: bool) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{place}: no JSON ({error}); write one document a line: {FORM}") from error
    if not isinstance(row, dict):
        raise UsageError(f"{place}: no JSON object; write {FORM}")
    if scans and not isinstance(row.get("path"), str):
        raise UsageError(f"{place}: no path; write {SCANS_FORM}")
    return row | {"text": None} if scans else row


def _text(row: Mapping[str, Any], place: str, folder: Path, read_file: ReadFile) -> str:
    if isinstance(row.get("text"), str):
        return str(row["text"])
    if not isinstance(row.get("path"), str):
        raise UsageError(f"{place}: neither text nor path; write {FORM}")
    path = folder / row["path"]
    if not path.is_file():
        raise UsageError(f"{place}: no such file: {path}; paths are relative to {folder}")
    return read_file(path)


def _known(labels: Collection[str]) -> str:
    return ", ".join(labels)


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")
