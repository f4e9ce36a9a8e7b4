"""Writes a package: complete under a temporary name, then renamed, so that no reader sees half of one."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package.description import Parameter, RuntimeDescription
from mailroom.model_package.fingerprints import Fingerprints, data_fingerprint, fingerprints
from mailroom.model_package.golden import GoldenDocument, golden_documents, to_lines
from mailroom.model_package.manifest import FINGERPRINTS, GOLDEN, MANIFEST, Manifest, digest_of
from mailroom.model_package.package import is_package
from mailroom.model_package.runtimes import build_runtime, reads
from mailroom.model_package.runtimes.pooling import PAGES
from mailroom.model_package.storage import pack, to_npy


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from: what the manifest says beside the model itself.

    Attributes:
        name: The model's name.
        version: Empty takes the first twelve characters of the data fingerprint.
        kernel: What trained it.
        prep_version: The text rules of its training documents.
        thresholds: Per label, the confidence below which a person should look.
        libraries: Versions it was trained with.
        metrics: Figures of training.
        input_kind: What it reads.
        features: Digest of the features that training kept.
        adapted_from: Digest of the package that it was adapted from.
        hyperparameters: What the kernel was trained with.
        known: Fingerprints of documents it learnt from earlier, whose texts are not at hand.
    """

    name: str
    kernel: str
    prep_version: int
    version: str = ""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    input_kind: Literal["text", "image"] = "text"
    features: str = ""
    adapted_from: str = ""
    hyperparameters: Mapping[str, Parameter] = field(default_factory=dict)
    known: Fingerprints = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))


def write(
    directory: Path,
    description: RuntimeDescription,
    *,
    labels: Sequence[str],
    provenance: Provenance,
    golden: Sequence[str] | TextBatch = (),
    trained_on: Sequence[str] = (),
) -> Manifest:
    """Write a package, replacing one that is there.

    Args:
        directory: Where to; a folder that is no package is refused unless it is empty.
        description: The model.
        labels: The order of its columns.
        provenance: What else the manifest says.
        golden: Documents to predict now and whenever it is loaded: texts, or a batch with pages.
        trained_on: Every text of training (`identities` of documents with pages); only fingerprints are kept.

    Raises:
        UsageError: The folder holds something else, or cannot be written; the input kind is not the model's.
        PackageUnsupported: The description names no known runtime.
    """
    directory = Path(directory)
    refuse_foreign(directory)
    _require_input_kind(description, provenance)
    known = np.unique(np.concatenate([fingerprints(trained_on), provenance.known]))
    files = pack(description, tuple(labels))
    files[GOLDEN] = to_lines(_golden(description, labels, golden), labels)
    files[FINGERPRINTS] = to_npy(known)
    manifest = _manifest(files, tuple(labels), provenance, data_fingerprint(known))
    _publish(directory, {**files, MANIFEST: manifest.to_json().encode()})
    return manifest


def refuse_foreign(directory: Path) -> None:
    """Refuse a folder that holds something other than a package: it would be replaced.

    Raises:
        UsageError: It does.
    """
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir()) and not is_package(directory)):
        raise UsageError(f"{directory} exists and is no model package: give another --output or empty it")


def _golden(
    description: RuntimeDescription, labels: Sequence[str], golden: Sequence[str] | TextBatch
) -> list[GoldenDocument]:
    runtime = build_runtime(description, labels)
    batch = golden if isinstance(golden, TextBatch) else TextBatch(golden)
    return golden_documents(batch, np.exp(runtime.log_probabilities(batch)).tolist()) if len(batch) else []


def _require_input_kind(description: RuntimeDescription, provenance: Provenance) -> None:
    kind = "image" if PAGES in reads(description) else "text"
    if provenance.input_kind != kind:
        raise UsageError(
            f"kernel {provenance.kernel} says that it reads {provenance.input_kind}, its model's input kind is {kind}: "
            "set the kernel's `input_kind`"
        )


def _manifest(
    files: Mapping[str, bytes], labels: tuple[str, ...], provenance: Provenance, data: str
) -> Manifest:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    return Manifest(
        name=provenance.name,
        version=provenance.version or data[:12],
        kernel=provenance.kernel,
        input_kind=provenance.input_kind,
        labels=labels,
        thresholds=dict(provenance.thresholds),
        prep_version=provenance.prep_version,
        libraries=dict(provenance.libraries),
        data_fingerprint=data,
        metrics=dict(provenance.metrics),
        files=digests,
        digest=digest_of(digests),
        features=provenance.features,
        adapted_from=provenance.adapted_from,
        hyperparameters=dict(provenance.hyperparameters),
    )


def _publish(directory: Path, files: Mapping[str, bytes]) -> None:
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        try:
            _fill(temporary, files)
            _swap(temporary, directory)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            f"{directory} cannot be written ({error.strerror}): check room and rights"
        ) from error


def _fill(temporary: Path, files: Mapping[str, bytes]) -> None:
    temporary.chmod(0o755)  # mkdtemp's 0700 would shut out the service's user
    for name, content in files.items():
        path = temporary / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _swap(temporary: Path, directory: Path) -> None:
    if directory.exists():
        retired = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        directory.rename(retired / "old")
        temporary.rename(directory)
        shutil.rmtree(retired, ignore_errors=True)
    else:
        temporary.rename(directory)
