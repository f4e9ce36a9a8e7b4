"""The HTTP door is killed while documents come in: what it promised is in the log, what it did not is sent again."""

import itertools
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.conftest import Until
from tests.integration.ingest.http_door import FOLLOWED, HttpDoor, http_door

pytestmark = pytest.mark.kafka

CALLERS = 4
DOCUMENTS = 25
"""Of each caller, while each door lives."""
LARGE = bytes(2 * 1024 * 1024)
"""Above the inline limit: it goes through the disk and the store."""


@dataclass
class Callers:
    """Programs that send until each document of theirs is promised.

    Attributes:
        promised: Key of a document to its id.
        answers: How many were promised in all.
    """

    unique: str
    promised: dict[str, str] = field(default_factory=dict)
    answers: int = 0
    _unsent: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, door: HttpDoor, keys: list[str]) -> list[threading.Thread]:
        """Send, in threads, what is left and some more; they end with the door."""
        keys = [*self._unsent, *keys]
        self._unsent = []
        shares = [keys[number::CALLERS] for number in range(CALLERS)]
        threads = [threading.Thread(target=self._send, args=(door, share)) for share in shares]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, door: HttpDoor, keys: list[str]) -> None:
        with httpx.Client(timeout=60) as client:
            for place, key in enumerate(keys):
                content = key.encode() + (LARGE if key.endswith("9") else b"")
                headers = door.keyed({"idempotency-key": key, "x-file-name": f"{key}.txt"})
                try:
                    answer = client.post(f"{door.url}/documents", content=content, headers=headers)
                except httpx.TransportError:
                    with self._lock:
                        self._unsent += keys[place:]
                    return
                assert answer.status_code == httpx.codes.ACCEPTED, answer.text
                with self._lock:
                    identifier = answer.json()["id"]
                    assert self.promised.setdefault(key, identifier) == identifier
                    self.answers += 1


def test_kills_lose_no_promise_and_make_no_second_document(
    kafka: KafkaSettings, tmp_path: Path, unique: str, until: Until
) -> None:
    """Through two kill -9 amid uploads, every document ends promised once, and every promise is in the log."""
    ensure_topics(kafka.bootstrap, names=FOLLOWED)
    callers = Callers(unique)
    numbers = itertools.count()
    for kill in (True, True, False):
        with http_door(tmp_path, kafka, HTTP__RATE="100000/minute") as door:
            keys = [f"{unique}-{next(numbers)}" for _ in range(CALLERS * DOCUMENTS)]
            before = callers.answers
            threads = callers.begin(door, keys)
            if kill:
                assert until(lambda before=before: callers.answers >= before + DOCUMENTS)  # type: ignore[misc]
                door.process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
            if not kill:
                states = {
                    door.get(f"/documents/{name}").json()["state"] for name in callers.promised.values()
                }
    assert len(callers.promised) == 3 * CALLERS * DOCUMENTS
    assert len(set(callers.promised.values())) == 3 * CALLERS * DOCUMENTS
    assert states == {"in-log"}
    in_log = {(record.key or b"").decode() for record in records(kafka, unique)}
    assert in_log == set(callers.promised.values())
    assert list((tmp_path / "http" / "uploads").iterdir()) == []


def records(kafka: KafkaSettings, unique: str) -> list[Record]:
    """What this test has put into the log."""
    reader = KafkaReader(kafka, [Topic.RAW])
    found: list[Record] = []
    while not reader.caught_up():
        found += [
            record
            for record in reader.poll(500, 0.2)
            if (record.header("ce_subject") or b"").startswith(unique.encode())
        ]
    reader.close()
    return found
