"""What a door fetched, into the log: acknowledged, or refused for its own sake, or nothing is settled."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

from ingest.content import Intake
from ingest.documents import Document, Failed, Outcome, Sent
from ingest.envelope import raw_record
from ingest.errors import Unsendable
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Failure, Position, Record
from mailroom.streams.base import Sink
from mailroom.streams.clock import Clock
from mailroom.streams.errors import DeliveryFailed, RecordRefused

ACKNOWLEDGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what was fetched is no document: it goes to the dead letters as it came.

    Attributes:
        stage: The door.
        reason: The dead letter's.
        message: For a person.
        topic: Where it came from: a topic or a queue.
    """

    stage: str
    reason: Reason
    message: str
    topic: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document at its source.

    Attributes:
        id: The same however often it is fetched.
        place: What a person is told: where it lies, without personal data.
        open: Its bytes, read once.
        file_name: The sender's name for it.
        media_type: Where the source knows it for certain; else the bytes tell.
        refusal: Set where it is no document.
    """

    id: str
    place: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    file_name: str | None = None
    media_type: str | None = None
    refusal: Refusal | None = None


@dataclass(slots=True)
class Handover:
    """Sends what was fetched, and connects again after a failure.

    Attributes:
        connect: Makes a sink: one that failed once is of no more use.
        intake: Reads documents.
        clock: Tells `ce_time`.
        source: The CloudEvents source.
    """

    connect: Callable[[], Sink]
    intake: Intake
    clock: Clock
    source: str
    _sink: Sink | None = field(default=None, repr=False)

    def deliver(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Send all, and wait for the log: one outcome for each, in their order.

        Raises:
            DeliveryFailed: The log did not acknowledge; nothing may be settled, all is to be fetched again.
            StoreUnavailable: A large document has no place; likewise.
        """
        read = [self._read(arrival) for arrival in arrivals]
        records = [item for item in read if isinstance(item, Record)]
        answers = iter(self._send(records))
        pairs = zip(read, arrivals, strict=True)
        return [
            _outcome(arrival, next(answers) if isinstance(item, Record) else item) for item, arrival in pairs
        ]

    def close(self) -> None:
        """Release the log."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _read(self, arrival: Arrival) -> Record | Unsendable:
        if arrival.refusal is not None:
            return _dead(arrival, arrival.refusal)
        try:
            with arrival.open() as stream:
                content = self._intake(arrival).read(stream, arrival.file_name)
        except Unsendable as error:
            return error
        document = Document(arrival.id, content, arrival.file_name)
        return raw_record(document, source=self.source, now=self.clock.now())

    def _intake(self, arrival: Arrival) -> Intake:
        """The bytes are looked at only where the source does not know what they are."""
        known = arrival.media_type
        return self.intake if known is None else replace(self.intake, media_type=lambda *_: known)

    def _send(self, records: Sequence[Record]) -> list[Position | RecordRefused]:
        """Where each record lies now; if the log refuses one of them, the others go alone."""
        if not records:
            return []
        try:
            return list(self._acknowledged(records))
        except RecordRefused as error:
            self.close()
            if len(records) == 1:
                return [error]
        except DeliveryFailed:
            self.close()
            raise
        return [answer for record in records for answer in self._send([record])]

    def _acknowledged(self, records: Sequence[Record]) -> list[Position]:
        sink = self._sink = self._sink or self.connect()
        positions: dict[int, Position] = {}
        for index, record in enumerate(records):
            sink.send(record, partial(positions.__setitem__, index))
        sink.flush(ACKNOWLEDGE_SECONDS)
        return [positions[index] for index in range(len(records))]


def _dead(arrival: Arrival, refusal: Refusal) -> Record:
    with arrival.open() as stream:
        value = stream.read()
    identifier = arrival.id.encode()
    received = Record(refusal.topic, identifier, value, ((h.ID, identifier),))
    nowhere = Position(refusal.topic, -1, -1)
    return dead_letter(received, Failure(refusal.stage, refusal.reason, refusal.message, nowhere))


def _outcome(arrival: Arrival, answer: Position | Unsendable | RecordRefused) -> Outcome:
    if isinstance(answer, Position) and arrival.refusal is not None:
        return Failed(arrival.place, f"{arrival.refusal.reason}: {arrival.refusal.message}")
    if isinstance(answer, Position):
        return Sent(arrival.id, arrival.place, answer)
    return Failed(arrival.place, str(answer))
