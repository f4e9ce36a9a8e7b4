"""`python -m benchmarks.adapt`: macro-F1 on left-out sources before and after two corrected documents of each."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.adapt.protocol import (
    Choose,
    Measured,
    elsewhere,
    least_sure,
    macro_f1,
    measured,
    one_source,
    random_choice,
    trained,
)
from benchmarks.kernel.protocol import capped, folds
from mailroom.model_package import Package
from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.kernels import kernel_named
from training.run import cleansed

LABELS = tuple(DEPARTMENTS)
ROUNDS = 3
Sides = list[tuple[Package, list[LabelledDocument]]]


def main() -> None:
    """Measure and print one JSON document."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["MAILROOM_CACHE"] = scratch
        sides = _trained(arguments, Path(scratch))
        result = {
            way: {
                "two of each source, at random": [
                    _round(sides, random_choice(arguments.count, seed), Path(scratch), refit=refit)
                    for seed in range(ROUNDS)
                ],
                "the two least sure of each source": _round(
                    sides, least_sure(arguments.count), Path(scratch), refit=refit
                ),
                "of one source, measured elsewhere": _elsewhere(
                    sides, arguments.count, Path(scratch), refit=refit
                ),
            }
            for way, refit in (("refit", True), ("residual", False))
        }
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapt", description=__doc__)
    parser.add_argument(
        "--generated", type=Path, action="append", default=[], help="JSON Lines to train on too"
    )
    parser.add_argument("--kernel", default="text-linear")
    parser.add_argument("--count", type=int, default=2, help="corrected documents of each source of a class")
    return parser.parse_args()


def _trained(arguments: argparse.Namespace, scratch: Path) -> Sides:
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    extra = list(capped([item for path in arguments.generated for item in _read(path)]))
    return [
        (
            trained(
                kernel_named(arguments.kernel), [*capped(train), *extra], LABELS, scratch / f"fold-{number}"
            ),
            test,
        )
        for number, (train, test) in enumerate(folds(_read(corpus)))
    ]


def _read(path: Path) -> list[LabelledDocument]:
    return cleansed(read_documents([path], LABELS, read_file=text_of_file))


def _measured(sides: Sides, choose: Choose, scratch: Path, *, refit: bool) -> list[Measured]:
    return [
        measured(package, test, choose(test, package), scratch / "adapted", refit=refit)
        for package, test in sides
    ]


def _round(sides: Sides, choose: Choose, scratch: Path, *, refit: bool) -> dict[str, Any]:
    parts = _measured(sides, choose, scratch, refit=refit)
    return {
        "before": round(macro_f1([part.before for part in parts], LABELS), 3),
        "after": round(macro_f1([part.after for part in parts], LABELS), 3),
        "seconds": round(mean(part.seconds for part in parts), 1),
    }


def _elsewhere(sides: Sides, count: int, scratch: Path, *, refit: bool) -> dict[str, float]:
    parts = _measured(sides, one_source(count, 0), scratch, refit=refit)
    return {
        "before": round(macro_f1([elsewhere(part.before) for part in parts], LABELS), 3),
        "after": round(macro_f1([elsewhere(part.after) for part in parts], LABELS), 3),
    }


if __name__ == "__main__":
    main()
