"""What was read from the log, written to the database: a batch a transaction."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from departments.desks import DeskRules
from departments.projection import documents, flow, judgements
from departments.projection.errors import NotApplicable, Why
from departments.projection.flow import Count, Place
from departments.projection.reading import Judged, Labelled, judged
from departments.projection.refusing import refuse
from departments.store.engine import Store
from departments.store.tables import Refusal
from mailroom.contracts.records import Position, Record

Meaning = Labelled | Judged | NotApplicable


@dataclass(frozen=True, slots=True)
class Read:
    """A record that was read.

    Attributes:
        record: As it came.
        meaning: What it says, or why nobody can tell.
        counted: The entry of the flow that it was counted in, and the entry's count since.
    """

    record: Record
    meaning: Meaning
    counted: tuple[Place, Count] | None = None


@dataclass(frozen=True, slots=True)
class Projector:
    """Writes batches.

    Attributes:
        store: The database.
        rules: The desks.
    """

    store: Store
    rules: DeskRules

    def write(self, batch: Sequence[Read]) -> None:
        """Write a batch; what was written before changes nothing, what cannot be applied is kept as a refusal.

        Raises:
            DatabaseUnavailable: The database does not answer: the same batch can be written later.
        """
        try:
            self._in_one(batch)
        except (SQLAlchemyError, OverflowError, ValueError) as error:
            if len(batch) > 1:  # one of them is to blame, and none of the others may suffer
                for item in batch:
                    self.write([item])
            elif isinstance(batch[0].meaning, NotApplicable):
                raise
            else:
                self.write([_blamed(batch[0], error)])

    def _in_one(self, batch: Sequence[Read]) -> None:
        with self.store.writing() as session:
            labels = [item.meaning for item in batch if isinstance(item.meaning, Labelled)]
            documents.project(session, labels, self.rules)
            self._judge_what_waited(session, {item.label.id for item in labels})
            for item in batch:
                if isinstance(item.meaning, Judged):
                    self._judge(session, item.meaning)
                elif isinstance(item.meaning, NotApplicable):
                    refuse(session, item.record, item.meaning)
            flow.project(session, flow.newest(item.counted for item in batch if item.counted is not None))

    def _judge_what_waited(self, session: Session, identifiers: set[str]) -> None:
        waiting = select(Refusal).where(
            Refusal.document_id.in_(identifiers), Refusal.reason == Why.UNKNOWN_DOCUMENT.value
        )
        for refusal in session.scalars(waiting.order_by(Refusal.partition, Refusal.offset)).all():
            session.delete(refusal)
            session.flush()
            self._judge(session, _judged_again(refusal))

    def _judge(self, session: Session, item: Judged) -> None:
        try:
            judgements.project(session, item, self.rules)
        except NotApplicable as error:
            refuse(session, item.record, error)


def _judged_again(refusal: Refusal) -> Judged:
    place = Position(refusal.topic, refusal.partition, refusal.offset)
    headers = tuple((name, base64.b64decode(value)) for name, value in refusal.headers)
    return judged(Record(refusal.topic, None, refusal.value, headers, place))


def _blamed(item: Read, error: Exception) -> Read:
    meaning = item.meaning
    identifier = meaning.label.id if isinstance(meaning, Labelled) else None
    message = f"the database does not take it ({type(error).__name__})"
    return Read(item.record, NotApplicable(Why.UNSTORABLE, message, identifier))


def read(record: Record, decode: Callable[[Record], Meaning]) -> Meaning:
    """What a record says, or why nobody can tell."""
    try:
        return decode(record)
    except NotApplicable as error:
        return error
