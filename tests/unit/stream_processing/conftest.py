"""Parts of a router that a test sets."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, Record
from mailroom.extract import Extracted, TextFound
from mailroom.objects import StoreUnavailable
from mailroom.streams.clock import FakeClock
from stream_processing.routing import Router


@dataclass
class FakeStore:
    """An object store in memory, whose `get` counts."""

    objects: dict[str, bytes] = field(default_factory=dict)
    down: bool = False
    reads: int = 0

    def put(self, data: bytes, *, sha256: str | None = None) -> str:
        """Keep bytes."""
        self._require_up()
        assert sha256 in (None, hashlib.sha256(data).hexdigest())
        for uri, kept in self.objects.items():
            if kept == data:
                return uri
        uri = f"memory://{len(self.objects) + 1}"
        self.objects[uri] = data
        return uri

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """Read bytes."""
        self._require_up()
        self.reads += 1
        found = self.objects.get(uri)
        if found is None or sha256 not in (None, hashlib.sha256(found).hexdigest()):
            raise MalformedRecord(Reason.ORIGINAL_MISSING, f"no object at {uri}")
        return found

    def _require_up(self) -> None:
        if self.down:
            raise StoreUnavailable("the store does not answer")


@dataclass
class FakeExtractor:
    """Answers or raises what it is told, for all bytes or for some, and remembers what it was asked."""

    outcome: Extracted | Exception = field(
        default_factory=lambda: TextFound("text/plain", "Rechnung", "utf-8")
    )
    by_content: dict[bytes, Extracted | Exception] = field(default_factory=dict)
    asked: list[tuple[bytes, str | None, str | None]] = field(default_factory=list)

    def __call__(
        self, data: bytes, *, declared: str | None = None, file_name: str | None = None
    ) -> Extracted:
        """Answer."""
        self.asked.append((data, declared, file_name))
        outcome = self.by_content.get(data, self.outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore()


@pytest.fixture
def extractor() -> FakeExtractor:
    """An extractor that finds "Rechnung" in everything."""
    return FakeExtractor()


@pytest.fixture
def router(store: FakeStore, extractor: FakeExtractor) -> Router:
    """A router over fakes: eight bytes travel inline, twenty are allowed, the time is the start of 2026."""
    return Router(extract=extractor, store=store, clock=FakeClock(), inline_limit=8, max_bytes=20)


@pytest.fixture
def raw() -> Callable[..., Record]:
    """Makes records as they come from `documents.raw`, at partition 1, offset 7, logged a minute after 2026 began."""

    def make(
        value: bytes | None = b"bytes",
        *,
        key: bytes | None = b"key",
        timestamp: float | None = 1767225660.0,
        **named: bytes,
    ) -> Record:
        headers = tuple((name.replace("__", "-"), content) for name, content in named.items())
        position = Position("documents.raw", 1, 7)
        return Record("documents.raw", key, value, headers, position, timestamp)

    return make
