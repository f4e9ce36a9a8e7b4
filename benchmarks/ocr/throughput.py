"""`python -m benchmarks.ocr.throughput [--pages N] [--rounds N] [--json]`: pages a second beside plain Tesseract.

Plain is what a script does: the command `tesseract` once for each page, with its defaults, the four languages named; as
many at a time as there are workers. The same with OpenMP held to one thread, as its manual advises, is the third
contender. All read the same files; contenders take turns, so that what else the machine does falls on each.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median

from benchmarks.ocr.contenders import CONTENDERS
from benchmarks.ocr.pages import KINDS
from benchmarks.ocr.scores import score

WORKERS = (1, 2)
PLAIN, HELD = "tesseract", "tesseract, one thread"


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender did with so many workers.

    Attributes:
        pages_per_second: By the clock on the wall; the median over rounds.
        seconds_per_page: Of processor time, of all its processes; likewise.
        characters: Share of the characters read right.
        words: Share of the words that were read.
    """

    pages_per_second: float
    seconds_per_page: float
    characters: float
    words: float


def main() -> None:
    """Measure, and print a table or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ocr.throughput", description=__doc__)
    parser.add_argument("--pages", type=int, default=6, help="pages of each of the three kinds")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each contender")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument(
        "--contenders", nargs="*", choices=CONTENDERS, default=tuple(CONTENDERS), help="all by default"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), arguments.pages, arguments.rounds, arguments.contenders)
    print(json.dumps(report(results), indent=2) if arguments.json else table(results))


def measure(
    folder: Path, pages: int, rounds: int, contenders: Sequence[str]
) -> dict[tuple[str, int], Result]:
    """Every contender with every number of workers, over the same pages."""
    files, truths = _written(folder, pages)
    rates, costs = defaultdict(list), defaultdict(list)
    texts: dict[tuple[str, int], list[str]] = {}
    for _ in range(rounds):
        for workers in WORKERS:
            for name in contenders:
                with CONTENDERS[name](workers) as contender:
                    contender.read(files[:workers])  # models are loaded, processes started
                    texts[name, workers], wall = contender.timed(files)
                rates[name, workers].append(len(files) / wall)
                costs[name, workers].append(contender.processor_seconds / (len(files) + workers))
    return {key: _result(rates[key], costs[key], truths, read) for key, read in texts.items()}


def _written(folder: Path, pages: int) -> tuple[list[Path], list[str]]:
    files, truths = [], []
    for kind, make in KINDS.items():
        for number, page in enumerate(make(pages)):
            files.append(folder / f"{kind}-{number}.png")
            page.image.convert("RGB").save(files[-1])
            truths.append(page.truth)
    return files, truths


def _result(rates: list[float], costs: list[float], truths: list[str], texts: list[str]) -> Result:
    scores = [score(truth, text) for truth, text in zip(truths, texts, strict=True)]
    characters, words = fmean(each.characters for each in scores), fmean(each.words for each in scores)
    return Result(median(rates), median(costs), characters, words)


def report(results: dict[tuple[str, int], Result]) -> dict[str, object]:
    """Figures of each, its rate as a multiple of plain Tesseract's, and what the second worker brought."""
    return {
        f"{name}, {workers}": {
            **asdict(result),
            "times_plain": _against(results, name, workers),
            "times_one_worker": result.pages_per_second / results[name, 1].pages_per_second,
        }
        for (name, workers), result in results.items()
    }


def _against(results: dict[tuple[str, int], Result], name: str, workers: int) -> float:
    plain = results.get((PLAIN, workers)) or results[HELD, workers]
    return results[name, workers].pages_per_second / plain.pages_per_second


def table(results: dict[tuple[str, int], Result]) -> str:
    """Lines for a reader."""
    lines = ["contender              workers  pages/s  x plain  x one worker  CPU s/page  characters  words"]
    for (name, workers), result in results.items():
        once = result.pages_per_second / results[name, 1].pages_per_second
        lines.append(
            f"{name:22} {workers:7} {result.pages_per_second:8.2f} {_against(results, name, workers):8.2f}"
            f" {once:13.2f} {result.seconds_per_page:11.2f} {result.characters:11.3f} {result.words:6.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
