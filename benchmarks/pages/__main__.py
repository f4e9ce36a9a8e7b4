"""`python -m benchmarks.pages --generated LABELS.jsonl`: OCR text alone, images alone and both, on unseen sources."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.kernel.protocol import yardstick
from benchmarks.pages.documents import divided, evaluated, read_generated, read_scans
from benchmarks.pages.opinions import Opinions, blended, image_opinion, majority, pooled, text_opinion
from mailroom.settings import DEPARTMENTS
from training.evaluation import figures
from training.weights import balanced_weights

LABELS = tuple(DEPARTMENTS)


def main() -> None:
    """Measure, and print one JSON document."""
    arguments = _arguments()
    shared = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "scans.jsonl"
    scans = read_scans(shared, LABELS)
    documents = scans + read_generated(arguments.generated, LABELS, scans)
    parts = divided(documents)
    text, image = (
        pooled(documents, parts, predict, LABELS)
        for predict in (
            text_opinion(LABELS),
            image_opinion(LABELS, arguments.epochs),
        )
    )
    result = {
        "documents": len(documents),
        "tested": len(evaluated(documents)),
        "weights": (both := blended(text, image)).weights,
        "yardstick: majority": _figures(pooled(documents, parts, majority(LABELS), LABELS)),
        "yardstick: plain TF-IDF on OCR text": _figures(
            pooled(documents, parts, yardstick(LABELS), LABELS, logarithm=True)
        ),
        "OCR text alone": _figures(text),
        "image alone": _figures(image),
        "both": _figures(both),
    }
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--generated", type=Path, required=True, help="labels.jsonl of `mailroom samples`")
    parser.add_argument("--epochs", type=int, default=16, help="of image-neural")
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    return parser.parse_args()


def _figures(opinions: Opinions) -> dict[str, Any]:
    answers = opinions.answers(LABELS)
    found = figures(answers, weights=balanced_weights(opinions.documents))
    right = answers.correct
    sources = sorted({item.source for item in opinions.documents if not item.source.startswith("generated:")})
    accuracy = {
        source: round(float(right[[item.source == source for item in opinions.documents]].mean()), 3)
        for source in sources
    }
    recall = {label: round(row["recall"], 3) for label, row in found["per_class"].items()}
    return {
        "macro_f1": round(found["macro_f1"], 3),
        "errors_caught": {share: round(value, 2) for share, value in found["errors_caught"].items()},
        "recall": recall,
        "right_by_source": accuracy,
    }


if __name__ == "__main__":
    main()
