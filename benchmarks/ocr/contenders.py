"""Ways to read files of pages with some workers: ours, and the command that everybody has."""

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailroom.extract.reading.pool import OcrPool

LANGUAGES = "eng+deu+fra+spa"
DOCUMENT_SECONDS = 300.0


@dataclass(slots=True)
class Contender:
    """Reads files, so many at a time.

    Attributes:
        workers: How many.
        read_file: The text of a file.
        processor_seconds: What its processes took; known when they have ended.
    """

    workers: int
    read_file: Callable[[Path], str]
    processor_seconds: float = 0.0

    def read(self, files: Sequence[Path]) -> list[str]:
        """The text of each."""
        with ThreadPoolExecutor(self.workers) as threads:
            return list(threads.map(self.read_file, files))

    def timed(self, files: Sequence[Path]) -> tuple[list[str], float]:
        """The text of each, and the seconds it took by the clock on the wall."""
        begin = time.monotonic()
        texts = self.read(files)
        return texts, time.monotonic() - begin


@contextmanager
def ours(workers: int) -> Iterator[Contender]:
    """The pool that the service reads scans with."""
    pool = OcrPool(workers)

    def read(file: Path) -> str:
        return pool.read_document(file.read_bytes(), "image/png", seconds=DOCUMENT_SECONDS).text

    with _costing(Contender(workers, read)) as contender:
        yield contender
        pool.close()


@contextmanager
def plain(workers: int, **environment: str) -> Iterator[Contender]:
    """The command, once for each page."""

    def read(file: Path) -> str:
        command = ["tesseract", str(file), "-", "-l", LANGUAGES]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | environment
        )
        return done.stdout

    with _costing(Contender(workers, read)) as contender:
        yield contender


@contextmanager
def _costing(contender: Contender) -> Iterator[Contender]:
    before = _spent()
    yield contender
    contender.processor_seconds = _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


CONTENDERS: dict[str, Callable[[int], AbstractContextManager[Contender]]] = {
    "mailroom": ours,
    "tesseract": plain,
    "tesseract, one thread": lambda workers: plain(workers, OMP_THREAD_LIMIT="1"),
}
