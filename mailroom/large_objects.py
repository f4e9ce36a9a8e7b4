"""Objects too large to be held: into the store from a file, and out of it into one, a piece at a time."""

import hashlib
import uuid
from pathlib import Path
from typing import BinaryIO

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.objects import ObjectStore
from mailroom.places import WHOLE_WRITES, joined, located, opened, protocol_of, translated

CHUNK_BYTES = 256 * 1024


def uri_of(store: ObjectStore, sha256: str) -> str:
    """Where an object is, or would be."""
    return joined(store.uri, f"{sha256[:2]}/{sha256}")


def put_file(store: ObjectStore, file: Path, sha256: str) -> str:
    """Keep a file's bytes; nobody ever sees a part of them. What is there already is written anew, so that it is young.

    Args:
        store: Where.
        file: On this machine.
        sha256: Hex digest of its bytes.

    Returns:
        The object's URI, as `ObjectStore.put` makes it.

    Raises:
        StoreUnavailable: The store refuses.
    """
    uri = uri_of(store, sha256)
    system, path = located(uri)
    folder = path.rpartition("/")[0]
    aside = joined(located(store.uri)[1], f".{uuid.uuid4().hex}")
    aside = path if protocol_of(system) in WHOLE_WRITES else aside

    def copy() -> None:
        system.makedirs(folder, exist_ok=True)
        try:
            system.put_file(str(file), aside)
            if aside != path:
                system.mv(aside, path)
        except OSError:
            if aside != path and system.exists(aside):
                system.rm(aside)
            raise

    translated(f"object store {store.uri}", copy)
    return uri


def fetch(store: ObjectStore, sha256: str, into: BinaryIO) -> int:
    """Copy an object, verified: what was written is to be used only where this returns.

    Args:
        store: Where it is.
        sha256: Its hex digest.
        into: Written to.

    Returns:
        Its bytes' number.

    Raises:
        MalformedRecord: It is missing, or has been changed (reason original-missing).
        StoreUnavailable: The store cannot be read now.
    """
    uri = uri_of(store, sha256)

    def copy() -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with opened(uri) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                size += into.write(chunk)
        return size, digest.hexdigest()

    try:
        size, found = translated(f"object store {store.uri}", copy, passed=(FileNotFoundError,))
    except FileNotFoundError as error:
        raise MalformedRecord(Reason.ORIGINAL_MISSING, f"no object of digest {sha256} is kept") from error
    if found != sha256:
        raise MalformedRecord(Reason.ORIGINAL_MISSING, f"the object of digest {sha256} has been changed")
    return size
