"""Which documents there are, and that each is in one part."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier_service.batch import planning
from classifier_service.batch.parts import Item, Kind
from classifier_service.batch.planning import planned
from classifier_service.batch.reading import items
from classifier_service.intake import Original
from mailroom.contracts.errors import UsageError


def read(*places: Path) -> list[Item]:
    """Every document of these places."""
    return [item for part in planned([str(place) for place in places]) for item in items(part)]


def texts(found: list[Item]) -> list[str | bytes]:
    """Their contents."""
    return [item.original.content for item in found if isinstance(item.original, Original)]


def lines(file: Path, *rows: object) -> Path:
    """A JSON Lines file."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def table(file: Path, rows: int, group: int) -> Path:
    """A Parquet file of texts."""
    columns = {"id": [str(number) for number in range(rows)], "text": [f"text {n}" for n in range(rows)]}
    pq.write_table(pa.table(columns), file, row_group_size=group)
    return file


def test_every_file_of_a_folder_is_a_document(tmp_path: Path) -> None:
    """Sixteen to a part, in the order of their names; hidden ones stay out, ids are paths below the folder."""
    (tmp_path / "deep").mkdir()
    names = ["deep/a.txt", *(f"{number:02}.txt" for number in range(17))]
    for name in [*names, ".hidden", "deep/.hidden"]:
        (tmp_path / name).write_text(name)
    parts = planned([str(tmp_path)])
    assert [(part.number, part.kind, len(part.files)) for part in parts] == [
        (0, Kind.FILES, 16),
        (1, Kind.FILES, 2),
    ]
    assert [item.id for part in parts for item in items(part)] == sorted(names)


def test_a_file_and_a_glob_are_documents_too(tmp_path: Path) -> None:
    """A file that is named itself is taken whatever it is called."""
    for name in (".hidden", "a.txt", "b.txt", "c.png"):
        (tmp_path / name).write_text(name)
    assert [item.id for item in read(tmp_path / ".hidden", tmp_path / "*.txt")] == [
        ".hidden",
        "a.txt",
        "b.txt",
    ]


@pytest.mark.parametrize("size", [1, 7, 16, 40, 41, 1000])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_is_in_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, end: bytes
) -> None:
    """However the bytes are cut, blank lines and Windows ends of lines among them."""
    rows = [json.dumps({"id": str(number), "text": "ä" * number}).encode() for number in range(12)]
    (tmp_path / "a.jsonl").write_bytes(b"\r\n\n".join(rows) + end)
    monkeypatch.setattr(planning, "LEAST_BYTES", size)
    found = read(tmp_path / "a.jsonl")
    assert [item.id for item in found] == [str(number) for number in range(12)]
    assert texts(found) == ["ä" * number for number in range(12)]


@pytest.mark.parametrize("size", [1, 300, 700, 10_000])
@pytest.mark.parametrize("group", [3, 10, 100])
def test_a_row_is_in_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, group: int) -> None:
    """Whatever the row groups of the file."""
    monkeypatch.setattr(planning, "LEAST_BYTES", size)
    found = read(table(tmp_path / "a.parquet", 50, group))
    assert [item.id for item in found] == [str(number) for number in range(50)]
    assert texts(found) == [f"text {number}" for number in range(50)]


def test_lines_that_name_files_make_small_parts(tmp_path: Path) -> None:
    """OCR of each may take seconds: a crash costs few of them."""
    (tmp_path / "page.txt").write_text("page")
    file = lines(tmp_path / "a.jsonl", *[{"id": f"{number:03}", "path": "page.txt"} for number in range(400)])
    assert len(planned([str(file)])) == 4
    assert texts(read(file)) == [b"page"] * 400


def test_a_folder_of_tables_is_read_as_tables(tmp_path: Path) -> None:
    """As Spark leaves them."""
    (tmp_path / "_SUCCESS").touch()
    for name in ("part-1", "part-0"):
        lines(tmp_path / f"{name}.jsonl", {"id": name, "text": name})
    assert [item.id for item in read(tmp_path)] == ["part-0", "part-1"]


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    """Each message names the place and says what to do."""
    with pytest.raises(UsageError, match="nowhere: no such file or folder"):
        read(tmp_path / "nowhere")
    lines(tmp_path / "labels.jsonl", {"id": "a", "path": "a.txt"})
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(UsageError, match=r"holds documents, and lists of documents .*labels\.jsonl"):
        read(tmp_path)
    (tmp_path / "b.parquet").write_text("no Parquet")
    with pytest.raises(UsageError, match=r"b\.parquet: no Parquet file"):
        read(tmp_path / "b.parquet")
    pq.write_table(pa.table({"id": ["a"], "words": ["b"]}), tmp_path / "c.parquet")
    with pytest.raises(UsageError, match="no column text, path or content, only id, words"):
        read(tmp_path / "c.parquet")
    with pytest.raises(UsageError, match="nonsense://a: Protocol not known"):
        planned(["nonsense://a"])
