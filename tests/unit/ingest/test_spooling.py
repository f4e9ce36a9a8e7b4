"""Large documents go through a file."""

import io
from pathlib import Path

import pytest

from ingest.content import Intake
from ingest.documents import Content, Reference
from ingest.errors import Unsendable
from ingest.spooling import whole_characters
from mailroom.objects import StoreUnavailable

TEXT = "Größe ".encode() * 20_000


class Keeper:
    """Remembers what it was given of the file while that was there."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.paths: list[Path] = []

    def put(self, data: bytes) -> str:
        """What is small never comes here."""
        raise AssertionError(data)

    def put_file(self, path: Path, sha256: str) -> str:
        """Keep a file."""
        self.kept.append(path.read_bytes())
        self.paths.append(path)
        return f"memory://{sha256}"


def test_a_large_document_is_kept_from_a_file() -> None:
    """All of it, under its digest; the file is gone afterwards."""
    keeper = Keeper()
    content = Intake(keeper, 1_000, keep_file=keeper.put_file).read(io.BytesIO(TEXT), "a.txt")
    digest = "ae8a8fec5291429f05efbaa7afc968daab153a05d43af735444d0d73cb982793"
    assert content == Content(Reference(f"memory://{digest}", digest, 160_000), "text/plain")
    assert keeper.kept == [TEXT]
    assert not keeper.paths[0].exists()


def test_what_is_too_large_is_refused_before_it_is_kept() -> None:
    """However long its stream is."""
    keeper = Keeper()
    with pytest.raises(Unsendable, match="larger than 0 MiB"):
        Intake(keeper, 10, max_bytes=100_000, keep_file=keeper.put_file).read(io.BytesIO(TEXT), None)
    assert keeper.kept == []


def test_a_full_disk_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door waits for room; nothing is put aside as failed."""
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    keeper = Keeper()
    with pytest.raises(StoreUnavailable, match="make some"):
        Intake(keeper, 10, keep_file=keeper.put_file).read(io.BytesIO(TEXT), None)


@pytest.mark.parametrize(
    ("head", "whole"), [(b"a\xc3", b"a"), (b"\xe2\x82", b""), ("é".encode(), "é".encode())]
)
def test_a_cut_through_a_character_is_no_other_encoding(head: bytes, whole: bytes) -> None:
    """Half a character at the end is left out, a whole one is not."""
    assert whole_characters(head) == whole
