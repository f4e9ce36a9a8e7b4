"""Uploads while they come."""

from pathlib import Path

import pytest

from ingest.http.receiving import groups, whole_characters
from ingest.http.spool import HEAD_BYTES, Room, Spool, Upload


def spool(folder: Path, content: bytes, inline: int = 10, memory: int = 100) -> Spool:
    """Some bytes, three at a time."""
    found = Spool(Room(folder, inline, memory))
    for start in range(0, len(content), 3):
        found.write(content[start : start + 3])
    found.finish()
    return found


@pytest.mark.parametrize(("content", "files"), [(b"", 0), (b"0123456789", 0), (b"0123456789a", 1)])
def test_what_is_large_is_in_a_file(tmp_path: Path, content: bytes, files: int) -> None:
    """Up to the inline limit an upload is held; beyond it is in one file, which goes with it."""
    found = spool(tmp_path, content)
    assert len(list(tmp_path.iterdir())) == files
    assert (found.content(), found.head(), found.size) == (content, content, len(content))
    found.discard()
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_request_share_its_memory(tmp_path: Path) -> None:
    """Many small files are held together up to a limit, the others are in files."""
    room = Room(tmp_path, 10, 15)
    spools = [Spool(room) for _ in range(3)]
    for item in spools:
        item.write(b"12345678")
    assert [item.on_disk for item in spools] == [False, True, True]
    spools[0].discard()
    assert room.memory_bytes == 15
    for item in spools[1:]:
        item.discard()


def test_the_digest_is_of_all_bytes(tmp_path: Path) -> None:
    """The digest is made on the way, in memory and in a file."""
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert spool(tmp_path, b"abc").sha256 == digest
    assert spool(tmp_path, b"abc", inline=1).sha256 == digest


def test_the_head_of_a_large_text_ends_with_a_character(tmp_path: Path) -> None:
    """The type of a large text is told by its first bytes, of which none is half a character."""
    found = spool(tmp_path, b"x" + "ü".encode() * HEAD_BYTES)
    assert whole_characters(found) == b"x" + "ü".encode() * ((HEAD_BYTES - 1) // 2)


def test_uploads_are_sent_so_many_at_a_time(tmp_path: Path) -> None:
    """Documents are handed over in their order, in groups whose bytes may be held."""
    mib = 1024 * 1024
    uploads = [Upload(Spool(Room(tmp_path, mib, mib), size=size * mib)) for size in (1, 3, 1, 9, 1)]
    assert [[item.spool.size // mib for item in group] for group in groups(uploads)] == [
        [1, 3],
        [1],
        [9],
        [1],
    ]
