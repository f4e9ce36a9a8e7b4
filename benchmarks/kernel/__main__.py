"""`python -m benchmarks.kernel`: accuracy on sources left out, load time and speed, each beside a yardstick."""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.kernel.protocol import kernel_predictor, left_out, yardstick
from benchmarks.kernel.serving import loading, prediction
from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument, read_documents
from training.evaluation import figures
from training.files import text_of_file
from training.kernels import kernel_named
from training.run import cleansed

LABELS = tuple(DEPARTMENTS)


def main() -> None:
    """Measure, print a table or one JSON document."""
    arguments = _arguments()
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    documents = _read(corpus)
    extra = [item for path in arguments.generated for item in _read(path)]
    result = {
        "kernel": arguments.kernel,
        "documents": len(documents),
        "generated": len(extra),
        "left_out": _accuracy(documents, extra, arguments.kernel),
        "loading": loading(),
        "prediction": prediction(documents, LABELS, arguments.kernel),
    }
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel", description=__doc__)
    parser.add_argument(
        "--generated", type=Path, action="append", default=[], help="JSON Lines to train on too"
    )
    parser.add_argument("--kernel", default="text-linear")
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    return parser.parse_args()


def _read(path: Path) -> list[LabelledDocument]:
    return cleansed(read_documents([path], LABELS, read_file=text_of_file))


def _accuracy(
    documents: list[LabelledDocument], extra: list[LabelledDocument], kernel: str
) -> dict[str, dict[str, Any]]:
    predictors = {
        kernel: kernel_predictor(kernel_named(kernel), LABELS),
        "yardstick: plain TF-IDF(1,2) and logistic regression": yardstick(LABELS),
    }
    found = {}
    for name, predict in predictors.items():
        started = time.perf_counter()
        answers, weights = left_out(documents, extra, LABELS, predict)
        figure = figures(answers, weights=weights)
        found[name] = {
            "macro_f1": round(figure["macro_f1"], 3),
            "recall": {label: round(row["recall"], 2) for label, row in figure["per_class"].items()},
            "expected_calibration_error": round(figure["expected_calibration_error"], 3),
            "errors_caught": {share: round(part, 2) for share, part in figure["errors_caught"].items()},
            "seconds": round(time.perf_counter() - started, 1),
        }
    return found


if __name__ == "__main__":
    main()
