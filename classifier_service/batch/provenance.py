"""Where results come from: the model with its digest and hyperparameters, the settings, the documents."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import msgspec

from classifier_service.batch.parts import Part
from mailroom.model_package import Package, RuntimeDescription
from mailroom.settings import Settings


def provenance_of(
    package: Package, settings: Settings, places: Sequence[str], parts: Sequence[Part]
) -> dict[str, Any]:
    """What is written beside the results.

    Returns:
        `model`, `hyperparameters` (what the kernel was trained with, and the runtime's own), `settings`, `inputs`, and
        `run`: a digest of all that decides the results, which tells this run from others.
    """
    manifest = package.manifest
    review_below = settings.classifier.review_below
    about = {
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "digest": manifest.digest,
            "kernel": manifest.kernel,
            "input_kind": manifest.input_kind,
            "prep_version": manifest.prep_version,
        },
        "hyperparameters": {**manifest.hyperparameters, "model": runtime_settings(package.description())},
        "settings": {
            "departments": dict(settings.departments),
            "review_below": review_below,
            "thresholds": manifest.thresholds if review_below is None else {},
        },
        "inputs": list(places),
        "parts": len(parts),
        "bytes": sum(part.weight for part in parts),
    }
    return {"run": _digest(about, parts), **about}


def runtime_settings(description: RuntimeDescription) -> dict[str, Any]:
    """A model's own settings, members' included."""
    own: dict[str, Any] = {"runtime": description.runtime, **description.parameters}
    members = [runtime_settings(member) for member in description.members]
    return own | {"members": members} if members else own


def _digest(about: dict[str, Any], parts: Sequence[Part]) -> str:
    digest = hashlib.sha256(msgspec.json.encode(about, order="deterministic"))
    for part in parts:
        digest.update(msgspec.json.encode(astuple(part)))
    return digest.hexdigest()
