"""A run in MLflow's terms: parameters, metrics, tags and tables."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mailroom.model_package import Manifest
from training.record import RunRecord
from training.report.rows import source_rows
from training.report.tested import Tested, tested
from training.tracking.code import CodeState

MAX_VALUE = 500
"""Characters of a parameter; the whole configuration is kept as a file."""
MAX_NAME = 250
MAX_SOURCES = 200
_FORBIDDEN = re.compile(r"[^\w.\- ]")
SCORES = ("f1", "precision", "recall")

DIGEST, FINGERPRINT, REVISION, DIRTY = "digest", "data_fingerprint", "mlflow.source.git.commit", "code.dirty"
VERSION, FAILURE, SOFTWARE = "mailroom.version", "failure", "mailroom.revision"


def parameters(record: RunRecord) -> dict[str, str]:
    """What was chosen: the winner, its parameters, the configuration, the environment."""
    chosen = {
        "kernel": record.best.candidate.kernel,
        "seed": record.seed,
        **{f"parameter/{name}": value for name, value in record.best.candidate.parameters.items()},
        **dict(_flat("config", record.config)),
        **{f"environment/{name}": value for name, value in record.environment.items()},
    }
    return {metric_name(name): str(value)[:MAX_VALUE] for name, value in chosen.items()}


def metrics(record: RunRecord) -> dict[str, float]:
    """What was measured: the run's own figures, then per label and per source, and the seconds of each stage."""
    unseen = tested(record.unseen, record.dataset, record.labels)
    seen = tested(record.seen, record.dataset, record.labels)
    found = {
        **record.metrics,
        "temperature": record.temperature,
        "threshold": record.threshold,
        "documents": len(record.dataset),
        "documents_tested": len(unseen.documents),
        **dict(_per_label("unseen", unseen)),
        **dict(_per_label("seen", seen)),
        **dict(_per_source(unseen)),
        **{f"seconds/{_part(stage)}": seconds for stage, seconds in record.seconds.items()},
    }
    return {metric_name(name): float(value) for name, value in found.items() if not math.isnan(value)}


def code_tags(code: CodeState, software: CodeState, version: str) -> dict[str, str]:
    """Which code runs: the user's folder, and Mailroom itself."""
    return {
        REVISION: code.revision,
        DIRTY: str(code.dirty).lower(),
        "mlflow.source.name": str(code.folder),
        VERSION: version,
        SOFTWARE: software.revision + ("+changes" if software.dirty else ""),
    }


def model_tags(manifest: Manifest) -> dict[str, str]:
    """What leads from a package to its version and back."""
    return {
        DIGEST: manifest.digest,
        FINGERPRINT: manifest.data_fingerprint,
        "package.name": manifest.name,
        "package.version": manifest.version,
        "kernel": manifest.kernel,
    }


def candidate_table(record: RunRecord) -> dict[str, list[Any]]:
    """All candidates as columns: one artefact, since dozens of nested runs would cost seconds each to list."""
    results = record.search.candidates
    return {
        "kernel": [item.candidate.kernel for item in results],
        "parameters": [json.dumps(dict(item.candidate.parameters), sort_keys=True) for item in results],
        "status": [item.status for item in results],
        "score": [None if math.isnan(item.score) else item.score for item in results],
        "fold_scores": [json.dumps(list(item.fold_scores)) for item in results],
        "seconds": [item.seconds for item in results],
        "reason": [item.reason for item in results],
    }


def source_table(record: RunRecord) -> dict[str, list[Any]]:
    """Every source and label as columns, with names as they are."""
    rows = source_rows(tested(record.unseen, record.dataset, record.labels))
    columns = ("source", "label", "documents", "right", "confidence", "mistaken_for")
    return {column: [getattr(row, column) for row in rows] for column in columns}


def metric_name(name: str) -> str:
    """A name that MLflow takes: its parts may hold letters, digits, dots, dashes and spaces."""
    return "/".join(_part(part) for part in name.split("/"))[:MAX_NAME]


def _part(text: str) -> str:
    cleaned = _FORBIDDEN.sub("_", text)
    return cleaned if cleaned.strip(". ") else "_"


def _per_label(prefix: str, found: Tested) -> Iterator[tuple[str, float]]:
    for label, row in found.figures["per_class"].items():
        for score in SCORES:
            yield f"{prefix}/{score}/{_part(label)}", row[score]


def _per_source(found: Tested) -> Iterator[tuple[str, float]]:
    """Of the largest alone: where every sender is a source, the table has them all."""
    largest = sorted(source_rows(found), key=lambda row: -row.documents)[:MAX_SOURCES]
    for row in largest:
        yield f"unseen/right/{_part(row.source)}/{_part(row.label)}", row.right


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{prefix}/{name}", inner)
    else:
        yield prefix, value if isinstance(value, str) else json.dumps(value, default=str)
