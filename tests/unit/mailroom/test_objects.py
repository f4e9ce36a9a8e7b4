"""The claim-check store."""

import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.objects import ObjectStore, StoreUnavailable

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """An empty store on files and one in memory."""
    root = tmp_path / "objects"
    return ObjectStore(f"file://{root}" if request.param == "file" else f"memory://{tmp_path.name}")


def reason_of(store: ObjectStore, uri: str, sha256: str | None = None) -> Reason:
    """The reason with which reading a URI is refused."""
    with pytest.raises(MalformedRecord) as caught:
        store.get(uri, sha256=sha256)
    return caught.value.reason


def test_what_was_put_comes_back(store: ObjectStore) -> None:
    """Bytes come back by their URI, whose last part is their digest."""
    uri = store.put(b"hello")
    assert uri == f"{store.uri}/2c/{HELLO}"
    assert store.get(uri, sha256=HELLO) == b"hello"


def test_putting_twice_stores_once(tmp_path: Path) -> None:
    """The same bytes have the same URI and lie there once, with nothing beside them."""
    store = ObjectStore(f"file://{tmp_path}")
    assert store.put(b"hello") == store.put(b"hello")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [HELLO]


def test_a_half_written_object_is_replaced(tmp_path: Path) -> None:
    """What a full disk cut short is written anew by the next put."""
    (tmp_path / "2c").mkdir()
    (tmp_path / "2c" / HELLO).write_bytes(b"hel")
    store = ObjectStore(f"file://{tmp_path}")
    assert store.get(store.put(b"hello")) == b"hello"


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "{root}/../secret",
        "{root}/2c/../../secret",
        "{root}/2c",
        "{root}/2d/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "{root}/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n",
        "simplecache::{root}/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "http://127.0.0.1/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "\0",
        "",
    ],
)
def test_a_foreign_reference_reads_nothing(uri: str, tmp_path: Path) -> None:
    """A URI that is not an object of this store is refused, whatever lies there."""
    (tmp_path / "secret").write_text("secret")
    store = ObjectStore(f"file://{tmp_path / 'objects'}")
    store.put(b"hello")
    assert reason_of(store, uri.format(root=store.uri)) == "malformed-header"


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    """An object that was deleted is a missing original."""
    assert reason_of(store, f"{store.uri}/2c/{HELLO}") == "original-missing"


def test_a_changed_object_is_refused(tmp_path: Path) -> None:
    """Bytes that do not have their name's digest are not the original."""
    store = ObjectStore(f"file://{tmp_path}")
    uri = store.put(b"hello")
    (tmp_path / "2c" / HELLO).write_bytes(b"jello")
    assert reason_of(store, uri) == "original-missing"


def test_another_document_than_promised_is_refused(store: ObjectStore) -> None:
    """A reference to a sound object of another digest than the record's is refused."""
    assert reason_of(store, store.put(b"hello"), sha256="0" * 64) == "original-missing"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written of it goes, and the error says what to look at."""
    store = ObjectStore(f"file://{tmp_path}")

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailroom.object_files.os.write", full)
    with pytest.raises(StoreUnavailable, match="No space left on device: is there room"):
        store.put(b"hello")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_put_lately_is_not_looked_for(tmp_path: Path) -> None:
    """A store that remembers has no need to look; the next one forgets, and writes what is gone."""
    store = ObjectStore(f"file://{tmp_path}", remembers=1)
    path = tmp_path / "2c" / HELLO
    store.put(b"hello")
    path.unlink()
    store.put(b"hello")
    assert not path.exists()
    store.put(b"another one, which takes the only place")
    store.put(b"hello")
    assert path.read_bytes() == b"hello"


@pytest.mark.parametrize(("hours", "is_new"), [(23, False), (25, True)])
def test_what_is_put_again_after_a_day_counts_as_new(tmp_path: Path, hours: int, is_new: bool) -> None:
    """Whoever cleans up by age must see that an old object is in use."""
    store, path = ObjectStore(f"file://{tmp_path}"), tmp_path / "2c" / HELLO
    store.put(b"hello")
    old = time.time() - hours * 3600
    os.utime(path, (old, old))
    store.put(b"hello")
    assert (time.time() - path.stat().st_mtime < 3600) == is_new


def test_an_unknown_protocol_is_a_wrong_setting() -> None:
    """A root that no filesystem serves names the setting."""
    with pytest.raises(UsageError, match=r"setting objects\.uri"):
        ObjectStore("nowhere://x").put(b"hello")


@pytest.mark.security
@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://169.254.169.254/" + HELLO[:2] + "/" + HELLO,
        "file:///etc/passwd",
        "file:///proc/self/environ",
        "s3://somebody-elses-bucket/" + HELLO[:2] + "/" + HELLO,
        "memory://elsewhere/" + HELLO[:2] + "/" + HELLO,
        "{root}/../../../etc/passwd",
        "{root}/" + HELLO[:2] + "/../../" + HELLO,
        "{root}/" + HELLO[:2] + "/" + HELLO + "\n",
        "{root}.evil/" + HELLO[:2] + "/" + HELLO,
        "simplecache::http://169.254.169.254/",
        "zip://x::http://169.254.169.254/" + HELLO,
    ],
)
def test_a_reference_leads_nowhere_else(
    store: ObjectStore, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference to an address inside, another store or another file is refused before anything is opened."""
    root = store.uri
    opened: list[object] = []
    monkeypatch.setattr(type(store), "_read", lambda *found: opened.append(found))
    monkeypatch.setattr(socket.socket, "connect", lambda *found: opened.append(found))
    assert reason_of(store, uri.replace("{root}", root)) is Reason.MALFORMED_HEADER
    assert opened == []
