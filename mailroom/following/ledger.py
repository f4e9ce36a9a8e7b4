"""The books of the stream: every id that came in must have come out once.

The law of conservation: ids into `documents.raw` = ids in `documents.classified` ⊎ ids in `documents.dead-letter`;
repeated records are in `documents.duplicates`. A document that holds others (a mail, an archive) may have no outcome of
its own: it is then the parent of at least one that has. By setting, a document whose content came before is dropped: it
is in `documents.duplicates` too, and names the first one.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.parts import containers
from mailroom.contracts.records import Classification, Duplicate, Failure, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.clock import parse_rfc3339

TOPICS = (Topic.RAW, Topic.CLASSIFIED, Topic.DEAD_LETTER, Topic.DUPLICATES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document.

    Attributes:
        id: The document's id.
        file_name: The sender's name for it, or its id.
        age: Seconds from the log's time of receipt to when this outcome was seen.
        classification: The label, where there is one.
        failure: Why there is none.
        parent: Id of the document that it is a part of.
    """

    id: str
    file_name: str
    age: float
    classification: Classification | None = None
    failure: Failure | None = None
    parent: str | None = None


@dataclass(slots=True)
class Ledger:
    """Counts records as they are read from the four topics, in any order between topics.

    Attributes:
        received: First seen time of receipt of every id, seconds since the epoch.
        outcomes: The outcomes of every id; more than one is a fault.
        raw_records: Records in `documents.raw`, repeated ones included.
        duplicates: Records in `documents.duplicates`.
        dropped: Ids of documents that were dropped because their content came before.
        repeats: Where the records lie whose id came before.
    """

    received: dict[str, float] = field(default_factory=dict)
    outcomes: defaultdict[str, list[Outcome]] = field(default_factory=lambda: defaultdict(list))
    raw_records: int = 0
    duplicates: int = 0
    dropped: set[str] = field(default_factory=set)
    repeats: set[Position] = field(default_factory=set)
    _parts: set[str] = field(default_factory=set)

    def add(self, record: Record, seen_at: float) -> Outcome | None:
        """Enter a record; an outcome is answered for a label or a dead letter.

        Args:
            record: As read, committed.
            seen_at: When it was read, seconds since the epoch.

        Raises:
            MalformedRecord: A classification or a duplicate breaks its contract.
        """
        match record.topic:
            case Topic.RAW:
                self.raw_records += 1
                self.received.setdefault(_identifier(record), record.timestamp or seen_at)
            case Topic.DUPLICATES:
                self._repeated(codec.decode(Duplicate, record.value))
            case Topic.CLASSIFIED:
                return self._labelled(codec.decode(Classification, record.value), seen_at)
            case Topic.DEAD_LETTER:
                return self._dead(record, seen_at)
        return None

    @property
    def lost(self) -> set[str]:
        """Ids that came in and have no outcome (yet), and no part that has one."""
        missing = self.received.keys() - self.outcomes.keys() - self.dropped
        return missing - {self._sent(part) for part in self._parts} if missing else missing

    @property
    def doubled(self) -> set[str]:
        """Ids with more than one outcome."""
        return {identifier for identifier, outcomes in self.outcomes.items() if len(outcomes) > 1}

    @property
    def classified(self) -> list[Outcome]:
        """All labelled outcomes."""
        return [outcome for outcome in self._all() if outcome.classification is not None]

    @property
    def dead(self) -> list[Outcome]:
        """All dead letters."""
        return [outcome for outcome in self._all() if outcome.failure is not None]

    @property
    def reasons(self) -> dict[str, int]:
        """How many dead letters of each reason."""
        return dict(Counter(outcome.failure.reason for outcome in self.dead if outcome.failure))

    def settled(self, documents: int, records: int) -> bool:
        """Whether `documents` ids have an outcome and `records` raw records are accounted for."""
        known = len(self.received) >= documents and not self.lost
        return (
            known
            and self.raw_records >= records
            and len(self.repeats) >= self.raw_records - len(self.received)
        )

    def _all(self) -> list[Outcome]:
        return [outcome for outcomes in self.outcomes.values() for outcome in outcomes]

    def _sent(self, part: str) -> str:
        """The document that was sent, of one that may be a part of it."""
        return next((outer for outer in containers(part) if outer in self.received), part)

    def _repeated(self, duplicate: Duplicate) -> None:
        self.duplicates += 1
        if duplicate.duplicate_of is None:
            self.repeats.add(duplicate.repeated)
        else:
            self.dropped.add(duplicate.id)
            self._parts.add(duplicate.id)

    def _entered(self, outcome: Outcome) -> Outcome:
        self.outcomes[outcome.id].append(outcome)
        if outcome.parent is not None:
            self._parts.add(outcome.id)
        return outcome

    def _labelled(self, classification: Classification, seen_at: float) -> Outcome:
        source = classification.source
        received = self.received.get(classification.id, parse_rfc3339(source.received_at))
        name = source.file_name or classification.id
        age = seen_at - received
        return self._entered(Outcome(classification.id, name, age, classification, parent=source.parent))

    def _dead(self, record: Record, seen_at: float) -> Outcome:
        failure = read_failure(record)
        identifier = _identifier(record, failure)
        received = self.received.get(self._sent(identifier), seen_at)
        name, parent = _text(record, h.SUBJECT) or identifier, _text(record, h.PARENT_ID)
        return self._entered(Outcome(identifier, name, seen_at - received, failure=failure, parent=parent))


def _text(record: Record, name: str) -> str | None:
    value = record.header(name)
    return None if value is None else value.decode(errors="replace")


def _identifier(record: Record, failure: Failure | None = None) -> str:
    """A record's id; one whose id cannot be read goes by its place in the raw topic."""
    place = str(failure.position if failure else record.position)
    try:
        return codec.document_id(record) if record.header("ce_id") is not None else place
    except MalformedRecord:
        return place
