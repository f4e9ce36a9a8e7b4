"""Signed verdicts: an in-toto statement in a DSSE envelope, signed with Ed25519.

https://github.com/secure-systems-lab/dsse, https://in-toto.io/Statement/v1. The payload of the envelope is the very
file `verdict.json`, so that a person can read what a machine checks.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import UsageError
from mailroom.embedded.files import write_atomically
from mailroom.settings import home
from training.gate.errors import SignatureInvalid
from training.gate.verdict import Verdict

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner, SSlibKey

VARIABLE = "MAILROOM_GATE__KEY_FILE"
PAYLOAD = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATES = {"verdict": "urn:mailroom:gate-verdict:1", "release": "urn:mailroom:release:1"}
"""What a signed statement may say, so that none is taken for another."""
PUBLIC = ".pub"


def default_key() -> Path:
    """The private key that `MAILROOM_GATE__KEY_FILE` names, else one of this user's own."""
    return Path(os.environ.get(VARIABLE) or home() / "gate" / "signing-key.pem")


def statement(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a statement about a package, and about the image that holds it."""
    candidate = verdict.candidate
    subjects = []
    if digest := candidate.get("digest"):
        subjects.append({"name": f"package {candidate['name']}", "digest": {"sha256": digest}})
    if verdict.image:
        subjects.append({"name": "image", "digest": {"sha256": verdict.image.removeprefix("sha256:")}})
    return {
        "_type": STATEMENT,
        "subject": subjects or [{"name": str(candidate["place"]), "digest": {}}],
        "predicateType": PREDICATES["verdict"],
        "predicate": verdict.told(),
    }


def signed(payload: bytes, key: Path) -> str:
    """The envelope of a payload, as JSON.

    Args:
        payload: The statement's own bytes.
        key: PEM of an Ed25519 key; made for its owner alone where there is none yet.

    Raises:
        UsageError: The file holds no such key.
    """
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - few verbs sign

    envelope = Envelope(payload, PAYLOAD, {})
    envelope.sign(_signer(key))
    return json.dumps(envelope.to_dict(), indent=2) + "\n"


def verified(envelope: Path, public_key: Path, kind: str = "verdict") -> dict[str, Any]:
    """What a signed statement says: its predicate.

    Args:
        envelope: The file, such as `verdict.dsse.json`.
        public_key: PEM of the public key that must have signed it.
        kind: What it must be: `verdict` or `release`.

    Raises:
        SignatureInvalid: Another key signed it, or it was changed.
        UsageError: One of the files cannot be read.
    """
    from securesystemslib.dsse import Envelope  # noqa: PLC0415
    from securesystemslib.exceptions import Error, UnverifiedSignatureError  # noqa: PLC0415

    key = _public(public_key)
    try:
        found = Envelope.from_dict(json.loads(envelope.read_bytes()))
        found.verify([key], 1)
        tree = json.loads(found.payload)
        predicate = tree["predicate"]
        genuine = found.payload_type == PAYLOAD and tree["predicateType"] == PREDICATES[kind]
    except OSError as error:
        raise UsageError(f"{envelope}: cannot be read ({error.strerror})") from error
    except (Error, UnverifiedSignatureError, ValueError, KeyError, TypeError) as error:
        raise SignatureInvalid(
            f"{envelope} is no {kind} that the holder of {public_key} signed: let the gate judge again"
        ) from error
    if not genuine or not isinstance(predicate, dict):
        raise SignatureInvalid(f"{envelope} is signed, but is no {kind} of the gate: give {kind}.dsse.json")
    return predicate


def require_pass(verdict: Mapping[str, Any], *, digest: str) -> None:
    """Refuse a verdict that lets another package through, or none.

    Raises:
        SignatureInvalid: It does.
    """
    if verdict.get("candidate", {}).get("digest") != digest:
        raise SignatureInvalid("the verdict is about another package: let the gate judge this one")
    if verdict.get("decision") != "pass":
        raise SignatureInvalid("the verdict refuses this package: see its reasons")


def _signer(key: Path) -> "CryptoSigner":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415

    if not key.exists():
        # For its owner alone, as a temporary file is.
        write_atomically(key, CryptoSigner.generate_ed25519().private_bytes.decode())
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{key}: cannot be read as a private key without password (PEM)") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{key}: no Ed25519 key: make one with `openssl genpkey -algorithm ed25519`")
    _write_public(key, private)
    return CryptoSigner(private)


def _write_public(key: Path, private: "Ed25519PrivateKey") -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    public = key.with_name(key.name + PUBLIC)
    if not public.exists():
        content = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_atomically(public, content.decode())
        public.chmod(0o644)


def _public(file: Path) -> "SSlibKey":
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
    from securesystemslib.signer import SSlibKey  # noqa: PLC0415

    try:
        return SSlibKey.from_crypto(load_pem_public_key(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read as a public key (PEM)") from error
