"""What training learnt from, kept for `adapt`: features, labels and sources of every document; texts of corrected ones.

One file of plain arrays in the user's cache, named by the digest of its content. The manifest of the package names
that digest, so that no other file is ever taken for it; nothing is unpickled.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from training.cache import folder, publish
from training.documents import LabelledDocument
from training.kernels import Kernel
from training.kernels.adapting import AdaptableKernel, Arrays
from training.weights import CORRECTED

KEPT = 20
"""Files; those not used for longest go. A package whose features are gone is adapted by a residual layer."""
_INDEX = "index"


@dataclass(frozen=True)
class KeptFeatures:
    """Everything a refit needs.

    Attributes:
        kernel: The name of the kernel that trained.
        parameters: Its parameters.
        seed: Its seed.
        documents: In the order of the arrays; only corrected ones with their texts.
        arrays: What the kernel made of them.
    """

    kernel: str
    parameters: Mapping[str, Parameter]
    seed: int
    documents: Sequence[LabelledDocument]
    arrays: Arrays


def train_and_keep(
    kernel: Kernel,
    documents: Sequence[LabelledDocument],
    labels: Sequence[str],
    *,
    parameters: Mapping[str, Parameter],
    seed: int,
) -> tuple[RuntimeDescription, str]:
    """Train a kernel and keep its features, where it has such.

    Args:
        kernel: Any kernel.
        documents: Cleansed.
        labels: The order of the columns.
        parameters: One value for each parameter of the kernel.
        seed: The same seed and documents give the same model.

    Returns:
        The model, and the digest of the kept features for the manifest; empty where none were kept.
    """
    if not isinstance(kernel, AdaptableKernel):
        return kernel.train(documents, labels, parameters=parameters, seed=seed), ""
    prepared = kernel.prepare(documents, labels)
    kept = KeptFeatures(kernel.name, parameters, seed, documents, kernel.to_arrays(prepared))
    return kernel.learn(prepared, documents, labels, parameters=parameters, seed=seed), keep(kept)


def keep(features: KeptFeatures) -> str:
    """Write features to the cache.

    Returns:
        The digest that names them; empty where the cache cannot be written, which costs `adapt` its refit only.
    """
    content = _packed(features)
    digest = hashlib.sha256(content).hexdigest()
    with suppress(OSError):
        publish(_folder() / f"{digest}.npz", content)
        _forget_old()
        return digest
    return ""


def load_features(digest: str) -> KeptFeatures | None:
    """The features of that digest, or None where they are gone, damaged or of another version."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        path = _folder() / f"{digest}.npz"
        content = path.read_bytes()
        path.touch()  # used again: it stays
        if hashlib.sha256(content).hexdigest() == digest:
            return _unpacked(content)
    return None


def _folder() -> Path:
    return folder() / "features"


def _forget_old() -> None:
    files = sorted(_folder().glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)


def _packed(features: KeptFeatures) -> bytes:
    rows = [asdict(_stripped(item)) for item in features.documents]
    index = {
        "kernel": features.kernel,
        "parameters": dict(features.parameters),
        "seed": features.seed,
        "documents": rows,
    }
    content = {_INDEX: np.frombuffer(json.dumps(index).encode(), dtype=np.uint8), **features.arrays}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **content)
    return buffer.getvalue()


def _stripped(document: LabelledDocument) -> LabelledDocument:
    """Without its text, unless it was corrected: those few are needed again with the next corrections."""
    corrected = document.source.startswith(CORRECTED)
    return replace(document, text=document.text if corrected else "", path="")


def _unpacked(content: bytes) -> KeptFeatures:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    index: dict[str, Any] = json.loads(arrays.pop(_INDEX).tobytes())
    documents = [LabelledDocument(**row) for row in index["documents"]]
    return KeptFeatures(index["kernel"], index["parameters"], index["seed"], documents, arrays)
