"""From a label or a package back to the model version, the run, the code and the data that made it."""

import json
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_package import is_package
from mailroom.model_package.manifest import MANIFEST, read_manifest
from training.tracking.errors import NotRegistered, translated
from training.tracking.registry import ModelVersion, Registry
from training.tracking.values import DIRTY, REVISION, SOFTWARE, VERSION

DIGEST = re.compile(r"[0-9a-f]{8,64}")
FORMS = (
    "a package's folder, a file with a record of documents.classified, the record itself, - for standard input, "
    "or a digest"
)


@dataclass(frozen=True)
class Subject:
    """What is traced.

    Attributes:
        digest: Of the package that said the label.
        label: What is known of the label; empty for a package.
    """

    digest: str
    label: dict[str, Any]


def subject_of(given: str) -> Subject:
    """What a word on the command line means.

    Raises:
        UsageError: It is none of `FORMS`.
        PackageError: It is a package that cannot be read.
    """
    if given == "-":
        return _label(sys.stdin.read(), "standard input")
    if given.lstrip().startswith("{"):
        return _label(given, "the record")
    path = Path(given)
    if is_package(path):
        return Subject(read_manifest((path / MANIFEST).read_bytes()).digest, {})
    if path.is_file():
        return _label(path.read_text(encoding="utf-8", errors="replace"), given)
    if DIGEST.fullmatch(given.lower()):
        return Subject(given.lower(), {})
    raise UsageError(f"{given}: give {FORMS}")


def trace(registry: Registry, subject: Subject) -> dict[str, Any]:
    """Where a label or a package comes from.

    Returns:
        `label`, `model`, `run`, `code`, `data`, and `also_registered_as` where the same package has further versions.

    Raises:
        NotRegistered: No version has this digest.
    """
    found = registry.of_digest(subject.digest)
    if not found:
        raise NotRegistered(
            f"no version of model {registry.settings.model!r} at {registry.settings.uri} has digest "
            f"{subject.digest[:16]}…: it was trained without tracking, or elsewhere (--tracking-uri)"
        )
    newest = found[0]
    return {
        "label": subject.label or None,
        "model": asdict(newest),
        **_origin(registry, newest, _run(registry, newest)),
        "also_registered_as": [item.version for item in found[1:]],
    }


def version_facts(registry: Registry, version: ModelVersion) -> dict[str, Any]:
    """All that is kept of a version.

    Returns:
        `model`, `run`, `code`, `data`, and the run's `parameters`, `metrics` and place of its `artifacts`.
    """
    run = _run(registry, version)
    return {
        "model": asdict(version),
        **_origin(registry, version, run),
        "parameters": dict(sorted(run.data.params.items())),
        "metrics": dict(sorted(run.data.metrics.items())),
        "artifacts": run.info.artifact_uri,
    }


def _run(registry: Registry, version: ModelVersion) -> Any:
    with translated(registry.settings.uri):
        return registry.client.get_run(version.run_id)


def _origin(registry: Registry, version: ModelVersion, run: Any) -> dict[str, Any]:
    tags, parameters, metrics = run.data.tags, run.data.params, run.data.metrics
    return {
        "run": {
            "id": version.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "tracking": registry.settings.uri,
            "folder": tags.get("folder"),
            "kernel": parameters.get("kernel"),
            "seed": parameters.get("seed"),
            "macro_f1_unseen_sources": metrics.get("macro_f1_unseen_sources"),
        },
        "code": {
            "revision": tags.get(REVISION) or None,
            "dirty": tags.get(DIRTY) == "true",
            "folder": tags.get("mlflow.source.name"),
            "mailroom_version": tags.get(VERSION),
            "mailroom_revision": tags.get(SOFTWARE) or None,
        },
        "data": {"fingerprint": version.data_fingerprint, "documents": int(metrics.get("documents", 0))},
    }


def _label(text: str, place: str) -> Subject:
    try:
        record = json.loads(text.strip().split("\n", 1)[0] if "}\n{" in text else text)
        digest = record["model"]["digest"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{place}: no record of documents.classified with a model's digest in it; give {FORMS}"
        ) from error
    names = ("id", "label", "confidence", "decision", "department", "classified_at")
    return Subject(str(digest), {name: record[name] for name in names if name in record})
