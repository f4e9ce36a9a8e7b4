"""The claim-check store in a bucket: a moto server in the place of Amazon's."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.embedded.ports import any_free
from mailroom.large_objects import fetch, put_file
from mailroom.objects import ObjectStore, StoreUnavailable
from tests.integration.spark.servers import S3Server

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """A server with an empty bucket."""
    with S3Server() as running:
        yield running


@pytest.fixture
def reached(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """The environment as a container has it: keys, region and endpoint."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    S3FileSystem.clear_instance_cache()
    yield server
    S3FileSystem.clear_instance_cache()


@pytest.fixture
def store(reached: S3Server, unique: str) -> ObjectStore:
    """An empty store."""
    return ObjectStore(f"s3://{reached.bucket}/{unique}")


def test_what_was_put_comes_back(store: ObjectStore, reached: S3Server, unique: str) -> None:
    """Bytes come back by their URI, and lie in the bucket under their digest, once."""
    uri = store.put(b"hello")
    assert uri == f"s3://{reached.bucket}/{unique}/2c/{HELLO}"
    assert store.put(b"hello") == uri
    assert store.get(uri, sha256=HELLO) == b"hello"
    listed = reached.client.list_objects_v2(Bucket=reached.bucket, Prefix=unique)["Contents"]
    assert [item["Key"] for item in listed] == [f"{unique}/2c/{HELLO}"]


def test_a_file_goes_in_and_comes_out_in_pieces(
    store: ObjectStore, reached: S3Server, tmp_path: Path, unique: str
) -> None:
    """An object that is never held lies where `put` would have put it; changed, it does not come back."""
    content = bytes(range(256)) * 40_000  # in several parts of S3's
    file, digest = tmp_path / "upload", hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    uri = put_file(store, file, digest)
    assert uri == store.put(content)
    into = io.BytesIO()
    assert fetch(store, digest, into) == len(content)
    assert into.getvalue() == content
    listed = reached.client.list_objects_v2(Bucket=reached.bucket, Prefix=unique)["Contents"]
    assert [item["Key"] for item in listed] == [f"{unique}/{digest[:2]}/{digest}"]
    reached.client.put_object(Bucket=reached.bucket, Key=f"{unique}/{digest[:2]}/{digest}", Body=b"another")
    with pytest.raises(MalformedRecord, match="changed"):
        fetch(store, digest, io.BytesIO())
    with pytest.raises(MalformedRecord, match="no object"):
        fetch(store, "0" * 64, io.BytesIO())


def test_an_object_that_is_missing_is_told(store: ObjectStore) -> None:
    """A reference to nothing is the document's fault, not the store's."""
    with pytest.raises(MalformedRecord) as caught:
        store.get(f"{store.uri}/2c/{HELLO}")
    assert caught.value.reason is Reason.ORIGINAL_MISSING


def test_an_object_that_was_changed_is_told(store: ObjectStore, reached: S3Server, unique: str) -> None:
    """What comes back has the digest that its name promises, or does not come back."""
    uri = store.put(b"hello")
    reached.client.put_object(Bucket=reached.bucket, Key=f"{unique}/2c/{HELLO}", Body=b"hallo")
    with pytest.raises(MalformedRecord, match="has been changed"):
        store.get(uri)


def test_a_missing_bucket_can_be_tried_again(reached: S3Server) -> None:
    """A bucket that is not there is a store that cannot be read now."""
    store = ObjectStore("s3://no-such-bucket/objects")
    with pytest.raises((StoreUnavailable, MalformedRecord)):
        store.get(f"{store.uri}/2c/{HELLO}")


def test_a_server_that_does_not_answer_can_be_tried_again(
    reached: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody at the endpoint is a store that cannot be written now."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{any_free()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StoreUnavailable, match=r"^object store s3://documents/x: "):
        ObjectStore("s3://documents/x").put(b"hello")


def test_without_keys_the_store_cannot_be_written(reached: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing credentials are told in a line."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StoreUnavailable, match="redentials"):
        ObjectStore("s3://documents/y").put(b"hello")
