"""`python -m benchmarks.cleansing`: what the stream does with a document before it is routed, against a bare library.

Ours is all of it: the media type is sniffed, the document parsed in the sandbox's child under its limits, its parts
taken out, its text cleansed and the language named. The yardstick is the parser's library alone, in this process.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.cleansing.documents import made
from benchmarks.cleansing.libraries import LIBRARIES
from mailroom.extract import TextFound
from mailroom.extract.sandbox import Sandbox
from mailroom.textprep import cleanse

ROUNDS = 5


def main() -> None:
    """Read the same documents both ways, turn by turn; print one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cleansing", description=__doc__)
    parser.add_argument("--documents", type=int, default=100, help="of each media type (default 100)")
    parser.add_argument(
        "--only", choices=LIBRARIES, action="append", help="this media type alone; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    arguments = parser.parse_args()
    documents = made(arguments.documents, arguments.only or list(LIBRARIES))
    result = {kind: _compared(kind, contents) for kind, contents in documents.items()}
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _compared(kind: str, documents: Sequence[bytes]) -> dict[str, Any]:
    library, read = LIBRARIES[kind]
    sandbox = Sandbox()

    def ours(data: bytes) -> None:
        found = sandbox.extract(data, declared="text/csv" if kind == "csv" else None)
        if isinstance(found, TextFound):
            cleanse(found.text)

    ways = {"mailroom": ours, library: read}
    for way in ways.values():
        _turn(way, documents)  # loads what is loaded once
    turns = [{name: _turn(way, documents) for name, way in ways.items()} for _ in range(ROUNDS)]
    wall = {name: min(turn[name].wall for turn in turns) for name in ways}
    sandbox.close()
    processor = {name: sum(turn[name].processor for turn in turns) / ROUNDS for name in ways}
    return {
        "kilobytes": round(sum(map(len, documents)) / len(documents) / 1000, 1),
        "documents_per_second": {name: round(len(documents) / taken) for name, taken in wall.items()},
        "documents_per_processor_second": {
            name: round(len(documents) / took) for name, took in processor.items()
        },
        "times_as_fast": round(wall[library] / wall["mailroom"], 2),
        "times_as_fast_by_processor": round(processor[library] / processor["mailroom"], 2),
    }


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds by the clock, and of the processor: this process's and its child's."""

    wall: float
    processor: float


def _turn(read: Callable[[bytes], Any], documents: Sequence[bytes]) -> _Taken:
    started, used = time.perf_counter(), _processor_seconds()
    for data in documents:
        read(data)
    return _Taken(time.perf_counter() - started, _processor_seconds() - used)


def _processor_seconds() -> float:
    children = (child.cpu_times() for child in psutil.Process().children())
    return time.process_time() + sum(times.user + times.system for times in children)


if __name__ == "__main__":
    main()
