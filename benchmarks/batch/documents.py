"""Generated documents of any size: a few thousand from the generator, told apart by their ids and first lines."""

import itertools
import json
from pathlib import Path

from training.generated import generate

DIFFERENT, SEED = 4_000, 71
MEGABYTE = 1_000_000


def written(megabytes: int, file: Path) -> Path:
    """A JSON Lines file of so many megabytes."""
    texts = [json.loads(line)["text"] for line in generate(DIFFERENT, SEED).read_text().splitlines()]
    left = megabytes * MEGABYTE
    with file.open("w", encoding="utf-8") as stream:
        for number in itertools.count():
            row = {"id": f"d{number}", "text": f"{texts[number % DIFFERENT]}\nRef. {number}"}
            line = json.dumps(row, ensure_ascii=False) + "\n"
            stream.write(line)
            left -= len(line.encode())
            if left <= 0:
                return file
    raise AssertionError("counting has no end")
