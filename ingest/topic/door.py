"""Records in, documents out: what is polled is mapped, written and its position committed, or none of it."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.content import Intake
from ingest.documents import Content, Document, Failed, Outcome
from ingest.envelope import raw_record
from ingest.errors import Unsendable
from ingest.topic.mapped import mapped
from ingest.topic.mapping import Mapping
from mailroom.contracts.dead_letters import dead_letter, read_failure
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Failure, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.base import Exchange
from mailroom.streams.clock import Clock
from mailroom.streams.errors import WorkLost

STAGE = "receive-topic"
SOURCE = "/mailroom/topic/"
BATCH_RECORDS = 500
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Door:
    """Maps what an exchange polls.

    Attributes:
        exchange: Reads the topics, writes documents, keeps the position.
        mapping: What in a record is what.
        intake: Keeps large documents by reference.
        clock: Tells `ce_time`.
        report: Is told of every record that became no document.
        count: Is told how many became documents.
    """

    exchange: Exchange
    mapping: Mapping
    intake: Intake
    clock: Clock
    report: Callable[[Outcome], None]
    count: Callable[[int], None]

    def step(self) -> bool:
        """One batch; whether there was one.

        Raises:
            StoreUnavailable: A large document has no place; the batch is polled again.
            StreamError: The log went away.
        """
        records = self.exchange.poll(BATCH_RECORDS, POLL_SECONDS)
        if not records:
            return False
        try:
            outputs = [self.mapped(record) for record in records]
            self.exchange.commit(outputs)
        except WorkLost:
            return True
        except BaseException:
            self.exchange.rewind()
            raise
        self._tell(outputs)
        return True

    def mapped(self, record: Record) -> Record:
        """A record as its document, or as a dead letter that says why it is none.

        Raises:
            StoreUnavailable: A large document has no place now.
        """
        try:
            found = mapped(record, self.mapping)
            content = self.intake.read(io.BytesIO(found.content), found.file_name)
        except MalformedRecord as error:
            return _dead(record, error.reason, str(error), type(error).__name__)
        except Unsendable as error:
            return _dead(record, Reason.OVERSIZED, str(error), type(error).__name__)
        content = Content(content.body, found.media_type or content.media_type)
        document = Document(found.id, content, found.file_name)
        return raw_record(document, source=SOURCE + record.topic, now=self.clock.now())

    def _tell(self, outputs: Sequence[Record]) -> None:
        letters = [record for record in outputs if record.topic == Topic.DEAD_LETTER]
        for letter in letters:
            self.report(_failed(letter))
        self.count(len(outputs) - len(letters))

    def drained(self) -> bool:
        """Whether partitions are ours and nothing waits in them."""
        behind = self.exchange.behind()
        return bool(behind) and not any(any(lags.values()) for lags in behind.values())


def _dead(record: Record, reason: Reason, message: str, exception: str) -> Record:
    position = record.position or Position(record.topic, -1, -1)
    return dead_letter(record, Failure(STAGE, reason, message, position, exception))


def _failed(letter: Record) -> Failed:
    failure = read_failure(letter)
    return Failed(str(failure.position), f"{failure.reason}: {failure.message}")
