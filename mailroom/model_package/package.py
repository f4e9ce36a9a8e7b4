"""A model package in memory: what it is, and what it says of a document."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import (
    PackageIncomplete,
    PackageMismatch,
    PackageTampered,
    PackageUnsupported,
    WrongInput,
)
from mailroom.model_package.fingerprints import Fingerprints
from mailroom.model_package.golden import TOLERANCE, GoldenDocument, from_lines, golden_batch
from mailroom.model_package.manifest import FINGERPRINTS, GOLDEN, MANIFEST, Manifest, read_manifest
from mailroom.model_package.runtimes import build_runtime, reads
from mailroom.model_package.runtimes.base import Runtime
from mailroom.model_package.runtimes.pooling import PAGES, PageReader, deciding_page
from mailroom.model_package.storage import from_npy, unpack
from mailroom.textprep import SUPPORTED_PREP_VERSIONS

BLOCK = 512
"""Documents predicted at once; bounds the memory of a large batch."""


class Package:
    """A loaded package.

    Attributes:
        manifest: What it says of itself.
        reads: `text`, `pages` or both: what its predictions depend on.
    """

    def __init__(
        self, manifest: Manifest, runtime: Runtime, needs: frozenset[str], read: Callable[[str], bytes]
    ) -> None:
        self.manifest = manifest
        self.reads = needs
        self._runtime = runtime
        self._read = read

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Say how likely each label is.

        Args:
            texts: Cleansed texts (`mailroom.textprep`).

        Returns:
            (documents, labels): calibrated probabilities; rows sum to 1, columns as in `manifest.labels`.

        Raises:
            WrongInput: The package reads page images: ask `predict_pages`.
        """
        if PAGES in self.reads:
            raise WrongInput(
                f"package {self.manifest.name} reads page images and was given texts: give it scans (--scans), "
                "or use a package of a text kernel"
            )
        blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]
        if not blocks:
            return np.zeros((0, len(self.manifest.labels)))
        return np.exp(np.vstack([self._runtime.log_probabilities(TextBatch(block)) for block in blocks]))

    def predict_pages(self, batch: PageBatch) -> npt.NDArray[np.float64]:
        """Say how likely each label is, of documents with their pages.

        Args:
            batch: Pages and cleansed OCR texts; what is not among `reads` may be empty. A package of a text kernel
                reads the texts.

        Returns:
            As `predict`.
        """
        if not len(batch):
            return np.zeros((0, len(self.manifest.labels)))
        return np.exp(self._runtime.log_probabilities(batch))

    def deciding_pages(self, batch: PageBatch) -> list[int | None]:
        """Which page of each document was surest of the label that its pages gave; None where it has no page.

        Raises:
            WrongInput: The package looks at no pages.
        """
        if not isinstance(self._runtime, PageReader):
            raise WrongInput(f"package {self.manifest.name} is no model of pages: no page decides")
        opinions = self._runtime.page_log_probabilities(batch)
        own = [opinions[batch.owners == place] for place in range(len(batch))]
        return [deciding_page(rows) if len(rows) else None for rows in own]

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Fingerprints of the documents it was trained on."""
        if FINGERPRINTS not in self.manifest.files:
            return np.zeros(0, dtype=np.uint64)
        return from_npy(FINGERPRINTS, self._read(FINGERPRINTS)).astype(np.uint64)

    def golden(self) -> tuple[GoldenDocument, ...]:
        """The documents whose predictions it promises."""
        return from_lines(self._read(GOLDEN), self.manifest.labels)

    def description(self) -> RuntimeDescription:
        """The model as data, read again."""
        return unpack({name: self._read(name) for name in self.manifest.files})[0]

    def check_golden(self) -> float:
        """Predict the golden documents again.

        Returns:
            The largest difference from what was promised.

        Raises:
            PackageMismatch: It is above 1e-5.
        """
        golden = self.golden()
        if not golden:
            return 0.0
        promised = np.array([item.probabilities for item in golden])
        batch = golden_batch(golden, paged=PAGES in self.reads)
        difference = float(np.abs(np.exp(self._runtime.log_probabilities(batch)) - promised).max())
        if not difference <= TOLERANCE:
            raise PackageMismatch(
                f"golden documents differ by {difference:.1e} (allowed {TOLERANCE:.0e}): "
                "train again with this version of Mailroom, or serve with the one that trained"
            )
        return difference


def load(directory: Path, *, verify: bool = True) -> Package:
    """Load a package.

    Args:
        directory: The package.
        verify: Check the digest of every file; leave it on wherever the files came over a network.

    Raises:
        PackageIncomplete: A file is missing or cannot be read.
        PackageTampered: A file is not the one that the manifest vouches for.
        PackageUnsupported: Format, runtime or text rules are unknown to this version.
    """
    directory = Path(directory)
    return load_from(lambda name: _read(directory, name), str(directory), verify=verify)


def load_from(read: Callable[[str], bytes], place: str, *, verify: bool = True) -> Package:
    """Load a package from wherever its files can be read; nothing is written anywhere.

    Args:
        read: A file's name in the package to its bytes; asked for the manifest first, and afterwards only for files
            that it names.
        place: Where the package is, for messages.
        verify: As `load`.

    Raises:
        PackageError: As `load`, and as `read` raises.
    """
    manifest = read_manifest(read(MANIFEST))
    _require_prep_version(manifest)

    def checked(name: str) -> bytes:
        content = read(name)
        if verify and hashlib.sha256(content).hexdigest() != manifest.files.get(name):
            raise PackageTampered(f"{place}/{name} is not the file that was packed: fetch the package again")
        return content

    description, labels = unpack({name: checked(name) for name in manifest.files})
    if labels != manifest.labels:
        raise PackageTampered(f"{place}/{MANIFEST}: labels are not the model's: fetch the package again")
    needs = reads(description)
    _require_input_kind(manifest, needs)
    return Package(manifest, build_runtime(description, manifest.labels), needs, checked)


def is_package(directory: Path) -> bool:
    """Whether a directory holds a package, sound or not."""
    return (directory / MANIFEST).is_file()


def _read(directory: Path, name: str) -> bytes:
    path = directory / name
    try:
        if path.is_symlink() or not path.resolve().is_relative_to(directory.resolve()):
            raise PackageTampered(f"{path} leads out of the package: do not use it")
        return path.read_bytes()
    except OSError as error:
        mend = "give a folder that `mailroom train` wrote" if name == MANIFEST else "fetch the package again"
        raise PackageIncomplete(f"{path}: {error.strerror or error}: {mend}") from error


def _require_prep_version(manifest: Manifest) -> None:
    if manifest.prep_version not in SUPPORTED_PREP_VERSIONS:
        known = ", ".join(map(str, SUPPORTED_PREP_VERSIONS))
        raise PackageUnsupported(
            f"package {manifest.name} needs text rules {manifest.prep_version}, known here: {known}: train it again"
        )


def _require_input_kind(manifest: Manifest, needs: frozenset[str]) -> None:
    kind = "image" if PAGES in needs else "text"
    if manifest.input_kind != kind:
        raise PackageTampered(
            f"{MANIFEST} says input kind {manifest.input_kind}, the model's is {kind}: fetch the package again"
        )
