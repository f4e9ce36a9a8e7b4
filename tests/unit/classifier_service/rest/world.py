"""The door on a fake model, and callers of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from classifier_service.batching import Batcher, BatchLimits
from classifier_service.classifier import Classifier, Model
from classifier_service.labelling import Labeller
from classifier_service.models import Models
from classifier_service.rest.app import Door
from classifier_service.rest.observing import Observer
from classifier_service.rest.operations import operations
from classifier_service.workers import Workers
from mailroom.contracts.records import ScannedDocument
from mailroom.model_package import Manifest, PackageMismatch
from mailroom.streams.clock import FakeClock
from mailroom.textprep import CleanText
from mailroom.web.bodies import BodyLimits, BodyReader
from mailroom.web.endpoint import DoorState
from tests.unit.classifier_service.fakes import DEPARTMENTS, MANIFEST, FakeModel

SMALL = BodyLimits(bytes=4096, seconds=5.0, total_bytes=8192, discard_bytes=65_536)


@dataclass
class FakePackage(FakeModel):
    """A package that keeps the promise of its golden documents, or not."""

    broken: bool = False

    def golden(self) -> Sequence[object]:
        """None."""
        return ()

    def check_golden(self) -> float:
        """Raises where it is broken."""
        if self.broken:
            raise PackageMismatch("golden documents differ by 1.0e-01 (allowed 1e-05): train again")
        return 0.0


def version(number: str) -> Manifest:
    """The manifest of another version of the same model."""
    return replace(MANIFEST, version=number, digest=f"d{number}")


@dataclass
class World:
    """A door, and what is behind it.

    Attributes:
        package: What the next load finds.
        limits: Of the batches.
        bodies: Of requests' bodies.
        threads: For long work.
        waiting: Requests that may wait for one.
        observer: Watches.
    """

    package: FakePackage = field(default_factory=FakePackage)
    limits: BatchLimits = field(default_factory=BatchLimits)
    bodies: BodyLimits = SMALL
    threads: int = 1
    waiting: int = 1
    observer: Observer = field(default_factory=lambda: Observer(clock=FakeClock()))

    def __post_init__(self) -> None:
        self.state = DoorState()
        self.batches: list[int] = []
        self.labeller = Labeller(
            Models(lambda: self.package, _classifier),
            Batcher(self.limits, lambda documents, _: self.batches.append(documents)),
            Workers(self.threads, self.waiting),
            self.observer.labelled,
            FakeClock(),
        )
        self.reader = BodyReader(self.bodies)
        found = operations(self.labeller, self.reader, self.observer.metrics, self.state)
        self.door = Door(found, self.labeller.models.name, self.observer, self.state)
        self._runner = asyncio.Runner()

    @contextmanager
    def opened(self) -> Iterator["World"]:
        """End threads and the loop afterwards."""
        with self._runner:
            yield self
        self.labeller.close()

    def run(self, work: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        """Let a client do some work."""

        async def with_client() -> Any:
            transport = httpx.ASGITransport(self.door)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await work(client)

        return self._runner.run(with_client())

    def ask(self, method: str, path: str, **named: Any) -> httpx.Response:
        """One request."""
        answer: httpx.Response = self.run(lambda client: client.request(method, path, **named))
        return answer

    def ask_all(self, *requests: tuple[str, dict[str, Any]]) -> list[httpx.Response]:
        """POST several at the same time."""

        async def all_of(client: httpx.AsyncClient) -> list[httpx.Response]:
            return await asyncio.gather(*(client.post(path, json=body) for path, body in requests))

        answers: list[httpx.Response] = self.run(all_of)
        return answers


def _classifier(model: Model) -> Classifier:
    return Classifier(model, departments=DEPARTMENTS, read_scan=_read, clock=FakeClock())


def _read(document: ScannedDocument) -> CleanText:
    return CleanText(f"an offer on {document.pages} page", "en", (), 1)
