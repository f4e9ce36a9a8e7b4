"""The service as a process of its own, and a package that needs no training."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from mailroom.model_package import Provenance, RuntimeDescription, write
from tests.servers.doors import Door, opened

LABELS = ("invoice", "offer", "other")
WORDS = '{"invoice": {"names": [" invoice "]}, "offer": {"names": [" offer "]}, "other": {"names": [" minutes "]}}'


def make_package(folder: Path, version: str = "1") -> Path:
    """Write a package that knows three words."""
    description = RuntimeDescription("lexicon", {"layer": "vote"}, texts={"lexicon": WORDS})
    provenance = Provenance("tiny", "by-hand", 1, version=version)
    write(folder, description, labels=LABELS, provenance=provenance, golden=["an invoice", "an offer"])
    return folder


@dataclass(frozen=True, slots=True)
class Serving(Door):
    """A service that takes requests."""

    def labels(self, text: str = "an offer") -> bool:
        """Whether it labels a text, on a connection of its own."""
        answer = httpx.post(f"{self.url}/classify", json={"text": text})
        return answer.status_code == httpx.codes.OK


def command(*arguments: str) -> list[str]:
    """What a container runs."""
    return [sys.executable, "-m", "classifier_service", "serve", *arguments]


@contextmanager
def serving(folder: Path, package: Path | str, **settings: str) -> Iterator[Serving]:
    """A service, killed at the end if it is still there.

    Args:
        folder: For what it writes.
        package: Its model package.
        settings: `MAILROOM_*`, without the prefix.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opens = command("--package", str(package), "--port", "0", "--json")
    with opened(opens, folder, folder / "home", settings) as door:
        yield Serving(door.process, door.port)
