"""The manifest: what a package is, and the digest of every file in it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from mailroom.model_package.description import Parameter
from mailroom.model_package.errors import PackageIncomplete, PackageTampered, PackageUnsupported

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
GOLDEN = "golden.jsonl"
OUTLINE = "runtime.json"
FINGERPRINTS = "fingerprints.npy"
SUFFIXES = frozenset({".npy", ".txt", ".json", ".jsonl", ".onnx"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package says of itself.

    Attributes:
        name: The model's name.
        version: Chosen by whoever trained it.
        kernel: What trained it.
        input_kind: What it reads.
        labels: The columns of every prediction, in order.
        thresholds: Per label, the confidence below which a person should look.
        prep_version: The text rules it was trained on.
        libraries: Versions it was trained with.
        data_fingerprint: SHA-256 over the fingerprints of its training documents.
        metrics: Figures of training; calibrated on folds that leave sources out where there are several.
        files: SHA-256 of every file, by its name in the package.
        digest: SHA-256 over `files`: the model's identity.
        format_version: Of the package.
        features: Digest of the features that training kept for `adapt`; empty where it kept none.
        adapted_from: Digest of the package that this one was adapted from; empty for a trained one.
        hyperparameters: What the kernel was trained with.
    """

    name: str
    version: str
    kernel: str
    input_kind: Literal["text", "image"]
    labels: tuple[str, ...]
    thresholds: dict[str, float]
    prep_version: int
    libraries: dict[str, str]
    data_fingerprint: str
    metrics: dict[str, float]
    files: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    format_version: int = FORMAT_VERSION
    features: str = ""
    adapted_from: str = ""
    hyperparameters: dict[str, Parameter] = field(default_factory=dict)

    def threshold(self, label: str) -> float:
        """The review threshold of a label; 0 (never) where none is set."""
        return self.thresholds.get(label, 0.0)

    def to_json(self) -> str:
        """The text of `manifest.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


_ADAPTER = TypeAdapter(Manifest)


def read_manifest(document: bytes) -> Manifest:
    """Read and check a manifest; nothing else of the package is touched before this has passed.

    Raises:
        PackageIncomplete: It is not the JSON of a manifest.
        PackageUnsupported: Its format is another.
        PackageTampered: A file name leads out of the package, or the digest is not that of its files.
    """
    try:
        tree: Any = json.loads(document)
    except ValueError as error:
        raise PackageIncomplete(f"{MANIFEST} is no JSON ({error}): write the package again") from error
    found = tree.get("format_version") if isinstance(tree, dict) else None
    if found != FORMAT_VERSION:
        raise PackageUnsupported(
            f"format {found!r}, this version reads {FORMAT_VERSION}: train again or upgrade"
        )
    try:
        manifest = _ADAPTER.validate_python(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackageIncomplete(f"{MANIFEST}: {where}: {first['msg']}: write the package again") from error
    _check(manifest)
    return manifest


def digest_of(files: Mapping[str, str]) -> str:
    """The identity of a model: SHA-256 over its files' names and digests, sorted."""
    return hashlib.sha256("".join(f"{name} {files[name]}\n" for name in sorted(files)).encode()).hexdigest()


def _check(manifest: Manifest) -> None:
    if not manifest.labels or len(set(manifest.labels)) != len(manifest.labels):
        raise PackageIncomplete(f"{MANIFEST}: labels are empty or repeated: write the package again")
    for name in manifest.files:
        if not _is_inside(name):
            raise PackageTampered(
                f"{MANIFEST} names {name!r}, which no package may hold: do not use this package"
            )
    if manifest.digest != digest_of(manifest.files):
        raise PackageTampered(f"{MANIFEST}: the digest is not that of its files: fetch the package again")


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    plain = name == str(path) and "\\" not in name and "\0" not in name and ":" not in name
    return plain and not path.is_absolute() and ".." not in path.parts and path.suffix in SUFFIXES
