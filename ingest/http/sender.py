"""Documents into the log, those of many requests together; a request is answered once the log has acknowledged."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from ingest.http.entries import Entry, State
from ingest.http.errors import NotAcknowledged
from ingest.http.journal import Journal
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.records import Position, Record
from mailroom.streams.base import Sink
from mailroom.streams.clock import Clock
from mailroom.streams.errors import DeliveryFailed, RecordRefused

ACKNOWLEDGE_SECONDS = 30.0
MOST_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """A document that is to enter the log, and what the journal is to say of it."""

    entry: Entry
    record: Record


@dataclass(frozen=True, slots=True)
class _Order:
    parcels: Sequence[Parcel]
    done: "Future[list[Entry]]" = field(default_factory=Future)


@dataclass(slots=True)
class Sender:
    """One thread that writes journal and log, in this order: intended, sent, acknowledged, noted, answered.

    What waits while a batch is under way goes together with the next: one write to the journal's disk serves many.

    Attributes:
        connect: Makes a sink: one that failed once is of no more use.
        journal: Told before and after.
        clock: Tells when.
    """

    connect: Callable[[], Sink]
    journal: Journal
    clock: Clock
    _orders: "queue.SimpleQueue[_Order | None]" = field(default_factory=queue.SimpleQueue)
    _sink: Sink | None = None
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="sender", daemon=True)
        self._thread.start()

    def send(self, parcels: Sequence[Parcel]) -> "Future[list[Entry]]":
        """Hand documents over.

        Returns:
            Their entries as the journal then has them, once the log has all; or the error: `NotAcknowledged` where it
            did not say so, `JournalUnusable`.
        """
        order = _Order(parcels)
        self._orders.put(order)
        return order.done

    def close(self) -> None:
        """Finish what was handed over, then end."""
        self._orders.put(None)
        self._thread.join()
        self._disconnect()

    def _work(self) -> None:
        self._sink = self.connect()  # the first caller need not wait until the log knows its writer
        for orders in self._batches():
            try:
                self._deliver(orders)
            except Exception as error:  # noqa: BLE001 - whoever waits is told, and the next batch is tried
                for order in orders:
                    if not order.done.done():
                        order.done.set_exception(error)

    def _batches(self) -> Iterator[list[_Order]]:
        while (order := self._orders.get()) is not None:
            batch = [order]
            with suppress(queue.Empty):
                while sum(len(item.parcels) for item in batch) < MOST_TOGETHER:
                    following = self._orders.get_nowait()
                    if following is None:
                        yield batch
                        return
                    batch.append(following)
            yield batch

    def _deliver(self, orders: Sequence[_Order]) -> None:
        self.journal.receive(parcel.entry for order in orders for parcel in order.parcels)
        positions = self._sent([parcel.record for order in orders for parcel in order.parcels])
        landed = [list(_landed(order, positions, self.clock.now())) for order in orders]
        self.journal.logged([entry for entries in landed for entry in entries])
        for order, entries in zip(orders, landed, strict=True):
            if len(entries) == len(order.parcels):
                order.done.set_result(entries)
            else:
                order.done.set_exception(NotAcknowledged(NOT_ACKNOWLEDGED))

    def _sent(self, records: Sequence[Record]) -> dict[int, Position]:
        """Where records lie, by their identity; those that the log did not acknowledge are missing."""
        positions: dict[int, Position] = {}
        try:
            self._attempt(records, positions)
        except MailroomError as error:
            structlog.get_logger().warning("the log did not acknowledge", cause=str(error))
            self._disconnect()
            rest = [record for record in records if id(record) not in positions]
            if isinstance(error, RecordRefused) and len(records) > 1:  # one is to blame: the others go alone
                for record in rest:
                    positions |= self._sent([record])
        return positions

    def _attempt(self, records: Sequence[Record], positions: dict[int, Position]) -> None:
        sink = self._sink = self._sink or self.connect()
        for record in records:

            def note(position: Position, name: int = id(record)) -> None:
                positions[name] = position

            with suppress(DeliveryFailed):  # the flush tells of it
                sink.send(record, note)
        sink.flush(ACKNOWLEDGE_SECONDS)

    def _disconnect(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()


def _landed(order: _Order, positions: Mapping[int, Position], now: float) -> Iterator[Entry]:
    for parcel in order.parcels:
        place = positions.get(id(parcel.record))
        if place is not None:
            yield replace(parcel.entry, state=State.IN_LOG, position=place, logged_at=now)


NOT_ACKNOWLEDGED = (
    "the log did not acknowledge: send this again, with the same idempotency-key so that it counts once"
)
