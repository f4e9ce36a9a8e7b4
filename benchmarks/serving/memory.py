"""The door's memory over many documents, no two of them alike."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase

from benchmarks.serving.fleet import Standing
from benchmarks.serving.servers import Cores
from benchmarks.serving.wrk import post
from mailroom.contracts.errors import MailroomError

CONNECTIONS = 8
TURN_SECONDS = 5.0


def growth(
    one: Standing, texts: Sequence[str], points: Sequence[int], cores: Cores, folder: Path
) -> dict[int, float]:
    """Resident MiB once so many documents were labelled.

    Args:
        one: The door.
        texts: Whose halves and words are mixed anew for every document.
        points: Numbers of documents, rising.
        cores: Where things run.
        folder: For the documents.
    """
    bodies = folder / "distinct.jsonl"
    with bodies.open("w") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in _distinct(texts, points[-1]))
    done, found = 0, {}
    for point in points:
        while done < point:
            load = post(one.url, bodies, CONNECTIONS, TURN_SECONDS, cores.client, start=done)
            if load.refused or load.broken or not load.requests:
                raise MailroomError(f"{load.refused + load.broken} of {load.requests} requests got no label")
            done += load.requests
        found[point] = one.server.mebibytes()
    return found


def _distinct(texts: Sequence[str], count: int) -> Iterator[str]:
    """Halves of two documents and a few words that nobody has ever seen, as OCR and names bring them."""
    chance = random.Random(1)
    for _ in range(count):
        first, second = chance.choices(texts, k=2)
        words = " ".join("".join(chance.choices(ascii_lowercase, k=8)) for _ in range(5))
        yield f"{first[: len(first) // 2]} {words} {second[len(second) // 2 :]}"
