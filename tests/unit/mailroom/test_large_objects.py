"""Objects that are never held."""

import hashlib
import io
from pathlib import Path

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.large_objects import fetch, put_file
from mailroom.objects import ObjectStore, StoreUnavailable

CONTENT = bytes(range(256)) * 4_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def test_a_file_is_kept_as_its_bytes_would_be(tmp_path: Path) -> None:
    """The same URI, one file, nothing beside it; put twice it is there once."""
    store, file = ObjectStore(f"file://{tmp_path}/objects"), tmp_path / "upload"
    file.write_bytes(CONTENT)
    assert [put_file(store, file, DIGEST) for _ in range(2)] == [store.put(CONTENT)] * 2
    assert [path.name for path in (tmp_path / "objects").rglob("*") if path.is_file()] == [DIGEST]
    into = io.BytesIO()
    assert (fetch(store, DIGEST, into), into.getvalue()) == (len(CONTENT), CONTENT)


def test_what_was_changed_or_is_missing_is_told(tmp_path: Path) -> None:
    """A digest that does not fit, or nothing at all, is the document's fault."""
    store = ObjectStore(f"file://{tmp_path}/objects")
    Path(store.put(CONTENT).removeprefix("file://")).write_bytes(b"another")
    with pytest.raises(MalformedRecord, match="changed"):
        fetch(store, DIGEST, io.BytesIO())
    with pytest.raises(MalformedRecord, match="no object"):
        fetch(store, "0" * 64, io.BytesIO())


def test_a_store_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A file in the place of the store's folder is an outage of the store, in one line."""
    (tmp_path / "objects").write_text("", encoding="utf-8")
    file = tmp_path / "upload"
    file.write_bytes(CONTENT)
    with pytest.raises(StoreUnavailable):
        put_file(ObjectStore(f"file://{tmp_path}/objects"), file, DIGEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["objects", "upload"]
