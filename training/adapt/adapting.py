"""`mailroom adapt`: the decisions. Files come and go in `shell.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.model_package import Manifest, Package, Provenance, RuntimeDescription, write
from mailroom.model_package.runtimes.base import temperature_of
from mailroom.model_package.storage import MAX_DEPTH
from training.adapt.keeping import KeptFeatures, keep, load_features
from training.adapt.residual import RESIDUAL, with_residual
from training.documents import LabelledDocument
from training.kernels import kernel_named
from training.kernels.adapting import AdaptableKernel
from training.libraries import library_versions
from training.weights import CORRECTED

MOST = 200
"""Corrected documents; with more of them a training run is worth its time."""
AnyKernel = AdaptableKernel[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Adapted:
    """A model taught by corrected documents.

    Attributes:
        model: It.
        features: Digest of what it learnt from, for the next corrections; empty for a residual layer.
        way: `refit`, on everything training learnt from; or `residual`, a small layer over the old model only.
        reason: Why no more than a residual layer.
    """

    model: RuntimeDescription
    features: str
    way: str
    reason: str = ""


def require_adaptable(package: Package, documents: Sequence[LabelledDocument]) -> None:
    """Refuse what `adapt` cannot do.

    Raises:
        UsageError: The package reads page images, or there are too many documents.
    """
    if package.reads != {"text"}:
        raise UsageError(
            f"package {package.manifest.name} reads page images: adapt teaches packages of texts; train again instead"
        )
    if len(documents) > MOST:
        raise UsageError(
            f"{len(documents)} corrected documents: adapt takes {MOST} at most; "
            "train again with them among the documents"
        )


def adapt(package: Package, documents: Sequence[LabelledDocument]) -> Adapted:
    """Teach a package.

    Args:
        package: Of texts.
        documents: Cleansed, corrected; their labels are the package's.

    Raises:
        UsageError: It has as many residual layers over it as a package can hold.
    """
    corrected = [replace(item, source=f"{CORRECTED}{item.source}") for item in documents]
    training = _training_of(package.manifest)
    if not isinstance(training, str):
        return _refitted(package, *training, corrected)
    model = package.description()
    if model.levels >= MAX_DEPTH:
        raise UsageError(
            f"{training}, and no further layer fits over package {package.manifest.name}: adapt it on the machine that "
            "trained it, or train again with all corrected documents"
        )
    return Adapted(_with_layer(model, package, corrected), "", "residual", training)


def write_adapted(
    directory: Path, package: Package, adapted: Adapted, documents: Sequence[LabelledDocument]
) -> Manifest:
    """Write the new package; calibration, thresholds and golden texts are the old one's.

    Raises:
        UsageError: The folder holds something else, or cannot be written.
    """
    old = package.manifest
    provenance = Provenance(
        name=old.name,
        kernel=old.kernel,
        prep_version=old.prep_version,
        thresholds=old.thresholds,
        libraries={**old.libraries, **library_versions()},
        metrics={**old.metrics, "corrected_documents": _corrected(old) + len(documents)},
        features=adapted.features,
        adapted_from=old.digest,
        hyperparameters=old.hyperparameters,
        known=package.fingerprints,
    )
    return write(
        directory,
        adapted.model,
        labels=old.labels,
        provenance=provenance,
        golden=[item.text for item in package.golden()],
        trained_on=[item.text for item in documents],
    )


def _training_of(manifest: Manifest) -> tuple[AnyKernel, KeptFeatures] | str:
    """What can be learnt on, or why nothing can."""
    if not manifest.features:
        return f"kernel {manifest.kernel} kept no features"
    kept = load_features(manifest.features)
    if kept is None:
        return f"the features {manifest.features[:12]} that training kept are not on this machine"
    try:
        kernel = kernel_named(kept.kernel)
    except MailroomError as error:
        return str(error)
    if not isinstance(kernel, AdaptableKernel):
        return f"kernel {kept.kernel} cannot add to the features that it kept"
    return kernel, kept


def _refitted(
    package: Package, kernel: AnyKernel, kept: KeptFeatures, corrected: Sequence[LabelledDocument]
) -> Adapted:
    labels = package.manifest.labels
    documents = [*kept.documents, *corrected]
    prepared = kernel.extend(kernel.from_arrays(kept.arrays), corrected, labels)
    model = kernel.learn(prepared, documents, labels, parameters=kept.parameters, seed=kept.seed)
    calibrated = model.with_parameters(temperature=temperature_of(_trained(package.description())))
    everyone = [item for item in documents if item.source.startswith(CORRECTED)]
    digest = keep(replace(kept, documents=documents, arrays=kernel.to_arrays(prepared)))
    return Adapted(_with_layer(calibrated, package, everyone), digest, "refit")


def _with_layer(
    model: RuntimeDescription, package: Package, corrected: Sequence[LabelledDocument]
) -> RuntimeDescription:
    labels = package.manifest.labels
    targets = np.array([labels.index(item.label) for item in corrected])
    anchors = [item.text for item in package.golden()]
    return with_residual(model, labels, [item.text for item in corrected], targets, anchors)


def _trained(model: RuntimeDescription) -> RuntimeDescription:
    """The model under the residual layers that earlier corrections put on it."""
    return _trained(model.members[0]) if model.parameters.get(RESIDUAL) else model


def _corrected(manifest: Manifest) -> float:
    return manifest.metrics.get("corrected_documents", 0.0)
