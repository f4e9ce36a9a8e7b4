"""`python -m benchmarks.cleansing`: what the stream does with a document before it is routed, against a bare library.

Ours is all of it: the media type is sniffed, the document parsed in the sandbox's child under its limits, its parts
taken out, its text cleansed and the language named. The yardstick is the parser's library alone, in this process.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

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
    with Sandbox() as sandbox:
        result = {kind: _compared(sandbox, kind, contents) for kind, contents in documents.items()}
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _compared(sandbox: Sandbox, kind: str, documents: Sequence[bytes]) -> dict[str, Any]:
    library, read = LIBRARIES[kind]

    def ours(data: bytes) -> None:
        found = sandbox.extract(data, declared="text/csv" if kind == "csv" else None)
        if isinstance(found, TextFound):
            cleanse(found.text)

    seconds = {"mailroom": _seconds(ours, documents), library: _seconds(read, documents)}
    for _ in range(ROUNDS - 1):
        seconds["mailroom"] = min(seconds["mailroom"], _seconds(ours, documents))
        seconds[library] = min(seconds[library], _seconds(read, documents))
    return {
        "kilobytes": round(sum(map(len, documents)) / len(documents) / 1000, 1),
        "documents_per_second": {name: round(len(documents) / taken) for name, taken in seconds.items()},
        "times_as_fast": round(seconds[library] / seconds["mailroom"], 2),
    }


def _seconds(read: Callable[[bytes], Any], documents: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for data in documents:
        read(data)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
