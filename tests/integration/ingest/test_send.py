"""`mailroom send` on a real broker."""

from pathlib import Path

import pytest

from mailroom.objects import ObjectStore
from tests.integration.ingest.conftest import CommandLine

pytestmark = pytest.mark.kafka


def test_files_arrive_with_their_bytes_and_headers(line: CommandLine, tmp_path: Path, unique: str) -> None:
    """Text, HTML, an empty file and noise: bytes as they are, media type by the bytes, ids as printed."""
    contents = {
        f"{unique}.txt": b"Dear sir, please find our invoice.",
        f"{unique}-page.txt": b"<!DOCTYPE html><html><body>An offer</body></html>",
        f"{unique}-empty.pdf": b"",
        f"{unique}-noise.pdf": b"\x00\x01\xfe\xff" * 50,
    }
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    answer = line.answer("send", str(folder))
    assert (answer["count"], answer["failed"]) == (4, [])
    records = line.records(list(contents))
    assert {(record.header("ce_subject") or b"").decode(): record.value for record in records} == contents
    assert {record.header("content-type") for record in records} == {
        b"text/plain",
        b"text/html",
        b"application/octet-stream",
    }
    printed = {(item["id"], item["partition"], item["offset"]) for item in answer["sent"]}
    assert printed == {
        ((record.key or b"").decode(), record.position.partition, record.position.offset)
        for record in records
        if record.position
    }


def test_a_large_file_goes_by_reference(line: CommandLine, tmp_path: Path, unique: str) -> None:
    """The record is empty and leads to the very bytes in the object store."""
    data = bytes(range(256)) * 8_192
    (tmp_path / f"{unique}.bin").write_bytes(data)
    line.answer("send", str(tmp_path / f"{unique}.bin"))
    (record,) = line.records([f"{unique}.bin"])
    store = ObjectStore(f"file://{line.home}/objects")
    uri, digest = (record.header(name) or b"" for name in ("ce_dataref", "ce_sha256"))
    assert (record.value, record.header("ce_size")) == (b"", b"2097152")
    assert store.get(uri.decode(), sha256=digest.decode()) == data


def test_standard_input_takes_an_id_and_a_name(line: CommandLine, unique: str) -> None:
    """What is piped in is one document, called as its sender wishes."""
    answer = line.answer("send", "-", "--id", unique, "--name", f"{unique}.txt", standard_input=b"piped")
    (record,) = line.records([f"{unique}.txt"])
    assert [item["id"] for item in answer["sent"]] == [unique]
    assert (record.key, record.value) == (unique.encode(), b"piped")


def test_a_missing_file_fails_alone(line: CommandLine, tmp_path: Path, unique: str) -> None:
    """The other one is sent, the exit status says that something failed."""
    (tmp_path / f"{unique}.txt").write_text("x")
    done = line.run("send", str(tmp_path / "nix"), str(tmp_path / f"{unique}.txt"))
    assert done.returncode == 1
    assert "nix: no such file" in done.stderr.decode().replace("\n", "")
    assert len(line.records([f"{unique}.txt"])) == 1


def test_no_broker_is_one_line_with_the_mend(line: CommandLine, tmp_path: Path) -> None:
    """Nobody listens there: no traceback, and what to do."""
    (tmp_path / "a.txt").write_text("x")
    done = line.run("send", str(tmp_path / "a.txt"), "--profile", "127.0.0.1:1")
    assert done.returncode == 1
    said = done.stderr.decode()
    assert said.splitlines()[-1].startswith(
        "mailroom: no Kafka broker answers at 127.0.0.1:1: start one with"
    )
    assert "Traceback" not in said
