"""The HTTP door as a process of its own, and keys for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from mailroom.access import key_file
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings
from tests.servers.doors import SECONDS, Door, opened

FOLLOWED = (Topic.RAW, Topic.CLASSIFIED, Topic.DUPLICATES, Topic.DEAD_LETTER)
"""Topics that a door needs."""


@dataclass(frozen=True, slots=True)
class HttpDoor(Door):
    """A door that takes uploads.

    Attributes:
        home: What it writes to.
        key: One that is good for everything.
        client: Asks it.
    """

    home: Path
    key: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=SECONDS))

    def post(self, content: bytes = b"a letter", **headers: str) -> httpx.Response:
        """Send a raw body; underscores in names of headers are hyphens."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"{self.url}/documents", content=content, headers=self.keyed(given))

    def form(self, *files: tuple[str, bytes]) -> httpx.Response:
        """Send files as a browser would."""
        parts = [("file", file) for file in files]
        return self.client.post(f"{self.url}/documents", files=parts, headers=self.keyed({}))

    def get(self, path: str) -> httpx.Response:
        """Ask."""
        return self.client.get(f"{self.url}{path}", headers=self.keyed({}))

    def keyed(self, headers: dict[str, str]) -> dict[str, str]:
        """Headers with the key, unless they bring one."""
        return {"x-api-key": self.key} | headers

    def uploads(self) -> list[Path]:
        """What is left of uploads, which are removed once they are answered."""
        return list((self.home / "http" / "uploads").iterdir())

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are; everything until the door closes."""
        with self.connect() as caller:
            caller.sendall(request)
            received = b""
            while chunk := caller.recv(65_536):
                received += chunk
        return received


def make_key(home: Path, *scopes: Scope, expires_at: str | None = None) -> str:
    """A key in the file of a home."""
    key, kept = new_key("a test", scopes or tuple(Scope), "2026-01-01T00:00:00.000Z", expires_at)
    key_file.change(home / "keys.json", lambda known: (*known, kept))
    return key


def arguments(kafka: KafkaSettings) -> list[str]:
    """The words that open a door."""
    words = ("receive", "http", "--port", "0", "--json", "--profile", kafka.bootstrap)
    return [sys.executable, "-m", "cli", *words]


@contextmanager
def http_door(home: Path, kafka: KafkaSettings, **settings: str) -> Iterator[HttpDoor]:
    """A door, killed at the end if it is still there.

    Args:
        home: For what it writes; opened again it is the same door.
        kafka: Its log.
        settings: `MAILROOM_*`, without the prefix.
    """
    kept = home / "key"  # ids that an idempotency key makes are those of one caller
    if not kept.exists():
        kept.write_text(make_key(home), encoding="utf-8")
    key = kept.read_text(encoding="utf-8")
    with opened(arguments(kafka), home, home, settings) as door:
        mine = HttpDoor(door.process, door.port, home, key)
        with mine.client:
            yield mine
