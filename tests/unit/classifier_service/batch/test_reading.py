"""Documents of a part; what cannot be read is one as well, with its reason."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier_service.batch import reading
from classifier_service.batch.parts import Item
from classifier_service.batch.planning import planned
from classifier_service.batch.reading import items
from classifier_service.intake import Original
from classifier_service.refusal import Refusal
from mailroom.contracts.errors import MailroomError


def read(place: Path) -> list[Item]:
    """Every document of a place."""
    return [item for part in planned([str(place)]) for item in items(part)]


def reasons(found: list[Item]) -> list[str]:
    """Why documents could not be read; empty for those that could."""
    return [item.original.reason if isinstance(item.original, Refusal) else "" for item in found]


def test_a_broken_line_fails_alone(tmp_path: Path) -> None:
    """Its id is its place; its neighbours are read."""
    rows = [b'{"id": "a", "text": "one"}', b'{"id": "b", "text"', b"[1]", b'{"id": "c"}', b"\xff\xfe",
            b'{"id": 7, "text": "two"}', b'{"text": "three"}', b"[" * 100_000]  # fmt: skip
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(rows))
    found = read(tmp_path / "a.jsonl")
    bad = "malformed-record"
    assert reasons(found) == ["", bad, bad, bad, bad, "", "", bad]
    assert [item.id for item in found[:7]] == [
        "a",
        "a.jsonl:27",
        "a.jsonl:46",
        "c",
        "a.jsonl:62",
        "7",
        "a.jsonl:90",
    ]


def test_a_line_without_end_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays as it is, whatever a line holds."""
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 100)
    rows = [{"id": "a", "text": "one"}, {"id": "b", "text": "x" * 1000}, {"id": "c", "text": "two"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = read(tmp_path / "a.jsonl")
    assert reasons(found) == ["", "malformed-record", ""]
    assert [item.id for item in found] == ["a", "a.jsonl:27", "c"]


def test_a_file_that_is_named_is_read_beside_its_list(tmp_path: Path) -> None:
    """Relative paths begin at the list's folder; a missing file is told with its place."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mail.txt").write_text("mail")
    rows = [{"id": "a", "path": "deep/mail.txt"}, {"id": "b", "path": str(tmp_path / "deep" / "mail.txt")},
            {"id": "c", "path": "gone.txt"}, {"id": "d", "path": "deep"}]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = read(tmp_path / "a.jsonl")
    assert reasons(found) == ["", "", "original-missing", "original-missing"]
    assert found[0].original == Original("a", b"mail", file_name="mail.txt")


def test_a_row_brings_its_bytes(tmp_path: Path) -> None:
    """With their name and type; a row with nothing is told."""
    columns = {
        "id": ["a", "b", None],
        "content": [b"%PDF-", None, b"mail"],
        "file_name": ["a.pdf", "b", None],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert reasons(found) == ["", "malformed-record", ""]
    assert found[0].original == Original("a", b"%PDF-", file_name="a.pdf")
    assert found[2].id == "a.parquet:2"


def test_a_large_document_is_not_read(tmp_path: Path) -> None:
    """Its size is known before."""
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert reasons(read(tmp_path)) == ["oversized"]


def test_what_a_worker_does_not_have_ends_the_batch(tmp_path: Path) -> None:
    """A list or a folder that is not there is no fault of the documents in it; one file of many is."""
    (tmp_path / "deep").mkdir()
    for name in ("a.jsonl", "deep/a.txt", "deep/b.txt"):
        (tmp_path / name).write_text('{"id": "a", "text": "one"}')
    listed, files = planned([str(tmp_path / "a.jsonl")]), planned([str(tmp_path / "deep")])
    (tmp_path / "deep" / "a.txt").unlink()
    assert reasons(list(items(files[0]))) == ["original-missing", ""]
    shutil.rmtree(tmp_path / "deep")
    (tmp_path / "a.jsonl").unlink()
    for part in (listed[0], files[0]):
        with pytest.raises(MailroomError, match="is not there where a worker looked: workers must share it"):
            list(items(part))


def test_ids_are_valid_unicode(tmp_path: Path) -> None:
    """Results are written as UTF-8."""
    pq.write_table(pa.table({"id": ["ä"], "text": ["one"], "file_name": ["ä.txt"]}), tmp_path / "a.parquet")
    (tmp_path / "b\udcff.txt").write_text("mail")
    assert read(tmp_path / "a.parquet")[0].original == Original("ä", "one", file_name="ä.txt")
    assert read(tmp_path / "b*")[0].id == "b?.txt"
