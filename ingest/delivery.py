"""Documents into the log: a bounded number at a time, each with its acknowledgement."""

import sys
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.content import Intake, unreadable
from ingest.documents import Document, Failed, Outcome, Sent, printable
from ingest.envelope import raw_record
from ingest.errors import Unsendable
from ingest.selection import STANDARD_INPUT, Choice, Skipped
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.records import Position, Record
from mailroom.streams.base import Acknowledged, Sink
from mailroom.streams.clock import Clock
from mailroom.streams.errors import DeliveryFailed

BATCH_BYTES = 16 * 1024 * 1024
BATCH_DOCUMENTS = 1_000
ACKNOWLEDGE_SECONDS = 60.0

SOURCE = "/mailroom/send"


def new_id() -> str:
    """A fresh id: the same file sent twice by hand is two documents."""
    return str(uuid.uuid4())


@dataclass(slots=True)
class Batch:
    """What was handed to the log and is not flushed yet."""

    unacknowledged: dict[str, str] = field(default_factory=dict)
    done: list[Outcome] = field(default_factory=list)
    size: int = 0

    def add(self, record: Record, document_id: str, file: str) -> Acknowledged:
        """Remember a record; the callback marks it as acknowledged."""
        self.unacknowledged[document_id] = file
        self.size += len(record.value or b"")

        def acknowledged(position: Position) -> None:
            del self.unacknowledged[document_id]
            self.done.append(Sent(document_id, file, position))

        return acknowledged

    def full(self) -> bool:
        """Whether it is time to wait for acknowledgements."""
        return self.size >= BATCH_BYTES or len(self.unacknowledged) + len(self.done) >= BATCH_DOCUMENTS


@dataclass(slots=True)
class Delivery:
    """Sends documents; holds at most one batch of them in memory.

    Attributes:
        sink: The log.
        intake: Reads documents.
        clock: Tells `ce_time`.
        name_of_input: The file name of what comes by standard input, if it has one.
        next_id: Makes the ids.
    """

    sink: Sink
    intake: Intake
    clock: Clock
    name_of_input: str | None = None
    next_id: Callable[[], str] = new_id
    _batch: Batch = field(default_factory=Batch)
    _broken: str | None = None

    def deliver(self, choices: Iterable[Choice]) -> Iterator[Outcome]:
        """Send every chosen file; outcomes come as the log acknowledges, failures do not stop the others."""
        for choice in choices:
            if self._broken is None:
                self._try(choice)
            else:
                self._batch.done.append(Failed(printable(choice.path), f"not tried: {self._broken}"))
            if self._batch.full():
                yield from self._flush()
        yield from self._flush()

    def _try(self, choice: Choice) -> None:
        try:
            self._send(choice)
        except MailroomError as error:  # of this document, or of the object store: the next one may do better
            self._batch.done.append(Failed(printable(choice.path), str(error)))

    def _send(self, choice: Choice) -> None:
        if isinstance(choice, Skipped):
            raise Unsendable(choice.trouble)
        document_id = self.next_id()
        name = self.name_of_input if choice.path == STANDARD_INPUT else Path(choice.path).name
        with open_document(choice.path) as stream:
            content = self.intake.read(stream, name)
        record = raw_record(Document(document_id, content, name), source=SOURCE, now=self.clock.now())
        with suppress(DeliveryFailed):  # the flush tells which documents are meant
            self.sink.send(record, self._batch.add(record, document_id, printable(choice.path)))

    def _flush(self) -> list[Outcome]:
        try:
            self.sink.flush(ACKNOWLEDGE_SECONDS)
        except DeliveryFailed as error:
            self._broken = str(error)
            missing = self._batch.unacknowledged.values()
            self._batch.done += [
                Failed(file, f"not acknowledged, it may be in the log: {error}") for file in missing
            ]
        done, self._batch = self._batch.done, Batch()
        return done


def open_document(path: str) -> AbstractContextManager[BinaryIO]:
    """A file, or standard input for `-`.

    Raises:
        Unsendable: It cannot be opened.
    """
    if path == STANDARD_INPUT:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise unreadable(error) from error
