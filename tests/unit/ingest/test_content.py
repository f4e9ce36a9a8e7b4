"""The bytes of a document."""

import io
from dataclasses import dataclass, field

import pytest

from ingest.content import Intake
from ingest.documents import Content, Inline, Reference
from ingest.errors import Unsendable


@dataclass
class MemoryStore:
    """Keeps what it is given."""

    kept: list[bytes] = field(default_factory=list)

    def put(self, data: bytes) -> str:
        """Keep the bytes under their number."""
        self.kept.append(data)
        return f"memory://{len(self.kept)}"


class BrokenStream(io.RawIOBase):
    """A file on a disk that fails."""

    def read(self, _size: int = -1, /) -> bytes:
        """Fail as a disk does."""
        raise OSError(5, "Input/output error")


def test_a_document_at_the_limit_is_inline() -> None:
    """The limit itself still travels in the record."""
    store = MemoryStore()
    content = Intake(store, 4).read(io.BytesIO(b"four"), "a.txt")
    assert content == Content(Inline(b"four"), "text/plain")
    assert store.kept == []


def test_a_document_above_the_limit_goes_to_the_store() -> None:
    """One byte more, and a reference travels, with digest and size."""
    store = MemoryStore()
    content = Intake(store, 4).read(io.BytesIO(b"seven b"), "a.txt")
    digest = "b72872bd2a6746063ebc454337bd6222a29cc9acc42b6e31f71f9f855b928c57"
    assert content.body == Reference("memory://1", digest, 7)
    assert store.kept == [b"seven b"]


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"%PDF-1.7\n", "invoice.txt", "application/pdf"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "page", "text/html"),
        (b"", "empty.pdf", "application/octet-stream"),
        (b"\x00\x01\x02\xff" * 40, "noise.pdf", "application/octet-stream"),
    ],
)
def test_the_media_type_is_told_by_the_bytes(data: bytes, name: str, media_type: str) -> None:
    """A wrong ending does not mislead, and what nobody knows is sent all the same."""
    assert Intake(MemoryStore(), 1_000).read(io.BytesIO(data), name).media_type == media_type


def test_a_document_that_would_fill_the_memory_is_refused() -> None:
    """The largest document is read, one byte more is not."""
    intake = Intake(MemoryStore(), 10, max_bytes=3)
    assert intake.read(io.BytesIO(b"abc"), None).body == Inline(b"abc")
    with pytest.raises(Unsendable, match="larger than"):
        intake.read(io.BytesIO(b"abcd"), None)


def test_a_disk_that_fails_is_told_about_the_document() -> None:
    """The system's own words reach the person."""
    with pytest.raises(Unsendable, match="cannot be read: Input/output error"):
        Intake(MemoryStore(), 10).read(BrokenStream(), None)  # type: ignore[arg-type]
