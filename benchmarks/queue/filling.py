"""Documents of every kind, as the projection would have written them."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from departments.desks import first_standing
from departments.review.reviews import utc_now
from departments.store.changes import take
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.settings import Settings

BATCH = 10_000


def fill(store: Store, settings: Settings, count: int, waiting: int) -> None:
    """Write documents, the last `waiting` of them for review."""
    labels, chance, now = list(settings.departments), random.Random(1), utc_now()

    def row(number: int, change: int) -> dict[str, Any]:
        label, decision = chance.choice(labels), "review" if number >= count - waiting else "auto"
        department, sure = settings.departments[label], 0.5 if decision == "review" else 0.9
        standing = first_standing(decision, department)
        rest = [{"label": other, "score": (1 - sure) / 6} for other in labels if other != label]
        at = now - timedelta(seconds=count - number)
        return {
            "id": f"document-{number:06}", "label": label, "confidence": chance.uniform(sure - 0.1, sure + 0.1),
            "candidates": [{"label": label, "score": sure}, *rest], "decision": decision, "department": department,
            "desk": standing.desk, "state": standing.state.value, "language": "en", "model_name": "text",
            "model_version": "1", "model_digest": "0" * 64, "file_name": f"letter {number}.txt",
            "media_type": "text/plain", "size": 2_000, "sha256": "0" * 64, "topic": "documents.raw", "partition": 0,
            "offset": number, "received_at": at, "cleansed_at": at, "classified_at": at, "revision": 0,
            "change": change,
        }  # fmt: skip

    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        with store.writing() as session:
            last = take(session, len(numbers))
            rows = [row(number, last - len(numbers) + 1 + place) for place, number in enumerate(numbers)]
            session.execute(insert(Document), rows)
