"""The id of a dropped file: the same after a restart, another one when the same file is dropped again."""

import uuid

from ingest.watch.observations import Fingerprint

_NAMESPACE = uuid.UUID("6f1c1b8e-54a5-4f0e-9a52-0d6e8b3c7f21")


def stable_id(name: str, digest: str, fingerprint: Fingerprint, occurrence: int = 0) -> str:
    """The id of one version of one file.

    Args:
        name: The file's name in the folder.
        digest: SHA-256 of its bytes, in hex.
        fingerprint: Which file it is on its disk.
        occurrence: How often this very file has gone through before: somebody took it out of `done/` again.
    """
    parts = (
        name.encode("utf-8", "replace").decode(),
        digest,
        str(fingerprint.inode),
        str(fingerprint.mtime_ns),
        str(occurrence),
    )
    return str(uuid.uuid5(_NAMESPACE, "\0".join(parts)))
