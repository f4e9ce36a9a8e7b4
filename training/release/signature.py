"""An image's signature: a signed statement about its digest, to be checked before the image is deployed."""

import json
from pathlib import Path
from typing import Any

from mailroom.embedded.files import write_atomically
from training.gate.errors import SignatureInvalid
from training.gate.signing import PREDICATES, STATEMENT, signed, verified

RELEASE = PREDICATES["release"]
FILE = "release.dsse.json"


def sign_image(image: str, *, package: str, verdict: dict[str, Any], folder: Path, key: Path) -> Path:
    """Sign a release.

    Args:
        image: `repository@sha256:…`.
        package: Digest of the package in it.
        verdict: The gate's, which the statement carries.
        folder: Where to.
        key: The private key.

    Returns:
        The file.
    """
    repository, _, digest = image.partition("@sha256:")
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": repository, "digest": {"sha256": digest}}],
        "predicateType": RELEASE,
        "predicate": {"image": image, "package": package, "verdict": verdict},
    }
    file = folder / FILE
    write_atomically(file, signed(json.dumps(statement, ensure_ascii=False).encode(), key))
    return file


def require_signed(image: str, envelope: Path, public_key: Path) -> dict[str, Any]:
    """Refuse an image that was not released under a key; to be called before it is deployed.

    Args:
        image: `repository@sha256:…`; a copy elsewhere keeps its digest, and its signature.
        envelope: The file that `sign_image` wrote.
        public_key: PEM.

    Returns:
        The statement's predicate: `image`, `package`, `verdict`.

    Raises:
        SignatureInvalid: Another key signed, or the statement is about another image or carries no pass.
        UsageError: A file cannot be read.
    """
    told = verified(envelope, public_key, kind="release")
    if str(told.get("image", "")).partition("@")[2] != image.partition("@")[2] or "@sha256:" not in image:
        raise SignatureInvalid(
            f"{envelope} is about another image than {image}: deploy the one that was released"
        )
    if told.get("verdict", {}).get("decision") != "pass":
        raise SignatureInvalid(f"{envelope} carries no verdict that lets its image through: release it again")
    return told
