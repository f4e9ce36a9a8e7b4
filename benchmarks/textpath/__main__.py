"""`python -m benchmarks.textpath`: documents a second through the default text package and its plain pipeline."""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.textpath.pipeline import PlainPipeline
from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import build_runtime
from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.kernels import kernel_named
from training.run import cleansed

LABELS = tuple(DEPARTMENTS)
SAMPLE = 2_000
CHARACTERS = 2_000
BATCH = 200
ROUNDS = 5


def main() -> None:
    """Train on the corpus, predict a sample of it both ways, turn by turn; print one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.textpath", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    arguments = parser.parse_args()
    documents = _documents()
    kernel = kernel_named("text-linear")
    description = kernel.train(documents, LABELS, parameters=kernel.defaults(), seed=1)
    chosen = random.Random(1).sample([item.text for item in documents], SAMPLE)
    result = {
        "as they are": _compared(description, chosen),
        f"{CHARACTERS} characters": _compared(description, [_of_length(text) for text in chosen]),
    }
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _documents() -> list[LabelledDocument]:
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    return cleansed(read_documents([corpus], LABELS, read_file=text_of_file))


def _of_length(text: str) -> str:
    return (text * (CHARACTERS // max(len(text), 1) + 1))[:CHARACTERS]


def _compared(description: RuntimeDescription, texts: Sequence[str]) -> dict[str, Any]:
    runtime, plain = build_runtime(description, LABELS), PlainPipeline(description, LABELS)

    def ours(batch: Sequence[str]) -> Any:
        return np.exp(runtime.log_probabilities(TextBatch(batch)))

    seconds = {"package": _seconds(ours, texts), "pipeline": _seconds(plain.predict_proba, texts)}
    for _ in range(ROUNDS - 1):
        seconds["package"] = min(seconds["package"], _seconds(ours, texts))
        seconds["pipeline"] = min(seconds["pipeline"], _seconds(plain.predict_proba, texts))
    return {
        "documents_per_second": {name: round(len(texts) / taken) for name, taken in seconds.items()},
        "times_as_fast": round(seconds["pipeline"] / seconds["package"], 2),
        "largest_difference": float(np.abs(ours(texts) - plain.predict_proba(texts)).max()),
    }


def _seconds(predict: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> float:
    started = time.perf_counter()
    for first in range(0, len(texts), BATCH):
        predict(texts[first : first + BATCH])
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
