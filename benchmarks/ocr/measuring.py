"""One engine measured over pages, in a process of its own."""

import resource
import time
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import fmean

from benchmarks.ocr.engines import ENGINES, VARIANTS
from benchmarks.ocr.pages import KINDS
from benchmarks.ocr.scores import score


@dataclass(frozen=True, slots=True)
class KindResult:
    """Means over the pages of one kind: shares right, and pages read per second of processor time."""

    pages: int
    characters: float
    words: float
    pages_per_second: float


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What one engine did, and the most memory its process held, in MB (pages and Python included)."""

    kinds: dict[str, KindResult]
    peak_megabytes: float


def measure(engine: str, pages: int) -> EngineResult:
    """Measure an engine in a fresh process, so that its memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (engine, pages))


def _measured(engine: str, pages: int) -> EngineResult:
    read = (ENGINES | VARIANTS)[engine]()
    kinds = {}
    for kind, make in KINDS.items():
        scores, seconds = [], 0.0
        for page in make(pages):
            page.image.load()
            # Processor time: what else the machine does meanwhile does not count.
            started = time.process_time()
            reading = read(page.image)
            seconds += time.process_time() - started
            scores.append(score(page.truth, reading))
        characters, words = (
            fmean(getattr(each, part) for each in scores) for part in ("characters", "words")
        )
        kinds[kind] = KindResult(len(scores), characters, words, len(scores) / seconds)
    return EngineResult(kinds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
