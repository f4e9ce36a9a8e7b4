"""A database of many documents, written as the projection writes them, and the door over it."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from departments.desks import DeskRules
from departments.projection import documents
from departments.projection.reading import Labelled
from departments.store.columns import rfc3339
from departments.store.engine import Store
from mailroom.contracts.records import Candidate, Classification, ModelReference, Record, Source
from mailroom.readiness import VARIABLE
from mailroom.settings import DEPARTMENTS

BATCH = 500
DAYS = 30
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LABELS = tuple(DEPARTMENTS)


def identifier(number: int) -> str:
    """The id of a document."""
    return f"document-{number:07d}"


def fill(store: Store, count: int) -> float:
    """Write documents of a month, spread over all labels, a tenth of them to review; documents a second."""
    source, rules, begin = random.Random(7), DeskRules(DEPARTMENTS), time.perf_counter()
    for first in range(0, count, BATCH):
        batch = [labelled(number, count, source) for number in range(first, min(first + BATCH, count))]
        with store.writing() as session:
            documents.project(session, batch, rules)
    return count / (time.perf_counter() - begin)


def labelled(number: int, count: int, source: random.Random) -> Labelled:
    """The label of a document by its number; those above `count` are newer than all."""
    at = BEGIN + timedelta(days=DAYS) * (number / count)
    best = source.choice(LABELS)
    confidence = source.uniform(0.3, 1.0)
    rest = [Candidate(label, (1 - confidence) / (len(LABELS) - 1)) for label in LABELS if label != best]
    original = Source(
        "documents.raw",
        0,
        number,
        "application/pdf",
        48_213,
        f"{number:064x}",
        rfc3339(at),
        f"scan-{number}.pdf",
    )
    label = Classification(
        identifier(number),
        best,
        confidence,
        (Candidate(best, confidence), *rest),
        "review" if source.random() < 0.1 else "auto",
        DEPARTMENTS[best],
        "en",
        ModelReference("benchmark", "1", "0" * 64),
        original,
        rfc3339(at),
        rfc3339(at),
    )
    return Labelled(Record("documents.classified", None, None), label, at, at, at)


@contextmanager
def door(folder: Path, database: str) -> Iterator[int]:
    """The look-up door as a process of its own; yields its port."""
    ready = folder / "ready"
    variables = {
        "MAILROOM_HOME": str(folder),
        "MAILROOM_DESKS__DATABASE": database,
        "MAILROOM_DESKS__RATE": "1000000/second",
        VARIABLE: str(ready),
    }
    command = [sys.executable, "-m", "departments", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield _port(process, ready)
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[bytes]", ready: Path) -> int:
    while not ready.exists():
        if process.poll() is not None:
            raise SystemExit("the look-up door did not open")
        time.sleep(0.05)
    return int(json.loads(ready.read_text())["port"])
