"""Documents of two kilobytes each, put together from labelled ones."""

import json
import os
import random
from pathlib import Path

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.textprep import PREP_VERSION, cleanse

CHARACTERS = 2_000
NOW = "2026-01-01T00:00:00.000Z"


def corpus() -> Path:
    """The labelled documents beside the project; `MAILROOM_SHARED` moves them."""
    return Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"


def texts(file: Path, count: int, seed: int = 1) -> list[str]:
    """`count` different cleansed texts of 2,000 characters.

    Args:
        file: Labelled documents, JSON Lines.
        count: How many.
        seed: The same seed and file give the same texts.
    """
    with file.open(encoding="utf-8") as lines:
        pool = [str(row["text"]) for line in lines if (row := json.loads(line)).get("text")]
    pieces = random.Random(seed)
    return [cleanse(_joined(pool, pieces)).text for _ in range(count)]


def record(number: int, text: str) -> Record:
    """A text as the cleansing job writes it."""
    source = Source(Topic.RAW, 0, number, "text/plain", len(text), "0" * 64, NOW, f"{number}.txt")
    document = TextDocument(f"document-{number}", text, "en", ("white-space",), PREP_VERSION, source, NOW)
    headers = ((h.ID, document.id.encode()), (h.TYPE, h.TYPE_TEXT.encode()), (h.SUBJECT, b"name.txt"))
    return Record(Topic.TEXT, document.id.encode(), codec.encode(document), headers)


def _joined(pool: list[str], pieces: random.Random) -> str:
    text = ""
    while len(text) < CHARACTERS:
        text += pieces.choice(pool) + "\n"
    return text[:CHARACTERS]
