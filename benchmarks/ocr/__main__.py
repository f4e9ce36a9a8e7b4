"""`python -m benchmarks.ocr [--pages N] [--variants NAME …] [--json]`: Tesseract and RapidOCR over the same pages."""

import argparse
import json
from dataclasses import asdict

from benchmarks.ocr.engines import ENGINES, VARIANTS
from benchmarks.ocr.measuring import EngineResult, measure

YARDSTICK = "tesseract"


def main() -> None:
    """Measure, and print a table or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ocr", description=__doc__)
    parser.add_argument("--pages", type=int, default=20, help="pages of each of the three kinds")
    parser.add_argument(
        "--variants", nargs="*", choices=VARIANTS, default=(), help="other ways to use Tesseract"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    arguments = parser.parse_args()
    results = {name: measure(name, arguments.pages) for name in (*ENGINES, *arguments.variants)}
    print(json.dumps(report(results), indent=2) if arguments.json else table(results))


def report(results: dict[str, EngineResult]) -> dict[str, object]:
    """Figures of every engine, and their ratios to Tesseract's."""
    yardstick = results[YARDSTICK]
    return {name: asdict(result) | {"ratios": ratios(result, yardstick)} for name, result in results.items()}


def ratios(result: EngineResult, yardstick: EngineResult) -> dict[str, dict[str, float]]:
    """Every figure divided by the yardstick's."""
    return {
        kind: {
            part: round(getattr(own, part) / getattr(yardstick.kinds[kind], part), 3)
            for part in ("characters", "words", "pages_per_second")
        }
        for kind, own in result.kinds.items()
    }


def table(results: dict[str, EngineResult]) -> str:
    """Lines for a reader; `x` is the ratio to Tesseract."""
    lines = ["engine            kind           pages  characters  words  pages/s       x   peak MB"]
    for name, result in results.items():
        against = ratios(result, results[YARDSTICK])
        lines += [
            f"{name:17} {kind:13} {own.pages:6} {own.characters:11.3f} {own.words:6.3f}"
            f" {own.pages_per_second:8.2f} {against[kind]['pages_per_second']:7.2f} {result.peak_megabytes:9.0f}"
            for kind, own in result.kinds.items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
