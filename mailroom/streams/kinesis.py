"""The log as Amazon Kinesis: a topic is a stream of its name, a partition a shard, an offset a sequence number.

Records travel as CloudEvents envelopes (`envelope.py`), since Kinesis has no headers; a value that does not fit into
one record lies in the object store, and comes back from there. Bytes that are no envelope are a document as they stand.
At least once: `kinesis_exchange.py` says what makes labels come once all the same.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.records import Position, Record
from mailroom.objects import ObjectStore
from mailroom.settings import KinesisSettings
from mailroom.streams import envelope
from mailroom.streams.aws import BUSY, TRIES, client, code_of
from mailroom.streams.base import Acknowledged
from mailroom.streams.envelope import Claim
from mailroom.streams.errors import DeliveryFailed, RecordRefused
from mailroom.streams.shards import Shards, number_of

MOST_RECORDS = 500
MOST_BYTES = 5 * 1024 * 1024
"""What one request may write."""

_RECORDS_FAULT = frozenset({"ValidationException", "InvalidArgumentException"})

KEY_CHARACTERS = 256
SENDING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class KinesisLog:
    """What every reader and writer needs.

    Attributes:
        kinesis: The connection.
        objects: URI of the object store that holds what is too large for a record.
    """

    kinesis: KinesisSettings
    objects: str

    @property
    def store(self) -> ObjectStore:
        """The object store."""
        return ObjectStore(self.objects)


@dataclass(slots=True)
class _Entry:
    """A record that waits to be written."""

    stream: str
    topic: str
    data: bytes
    key: str
    acknowledged: Acknowledged | None

    @property
    def size(self) -> int:
        return len(self.data) + len(self.key.encode())


class KinesisSink:
    """Writes records, many in a request; each topic's stay in order, but for what Kinesis itself puts off.

    As Kafka's, it keeps an error until it is raised again: once it has failed it is of no more use.

    Args:
        log: The connection.
        tries: Requests for the same records. A second one may write what the first had written, where only its answer
            was lost.
    """

    def __init__(self, log: KinesisLog, *, tries: int = TRIES) -> None:
        self._log = log
        self._client = client("kinesis", log.kinesis, tries=tries)
        self._store = log.store
        self._waiting: list[_Entry] = []
        self._size = 0
        self._error: DeliveryFailed | None = None

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Queue a record; a full queue is written at once."""
        self._raise_failure()
        try:
            entry = self._entry(record, acknowledged)
        except DeliveryFailed as error:
            self._error = error
            raise
        full = len(self._waiting) >= MOST_RECORDS or entry.size + self._size > MOST_BYTES
        if self._waiting and full:
            self.flush(SENDING_SECONDS)
        self._waiting.append(entry)
        self._size += entry.size

    def flush(self, timeout: float) -> None:
        """Write what waits, again and again what Kinesis puts off."""
        self._raise_failure()
        try:
            self._flush(time.monotonic() + timeout)
        except DeliveryFailed as error:
            self._error = error
            raise

    def forget(self) -> None:
        """Forget what was not flushed, and what was refused."""
        self._waiting, self._size, self._error = [], 0, None

    def _raise_failure(self) -> None:
        if self._error is not None:
            raise self._error

    def _flush(self, deadline: float) -> None:
        pause = 0.05
        while self._waiting:
            before = len(self._waiting)
            self._waiting = [entry for group in self._by_stream() for entry in self._put(group)]
            self._size = sum(entry.size for entry in self._waiting)
            if not self._waiting:
                return
            if time.monotonic() > deadline:
                raise DeliveryFailed(
                    f"{len(self._waiting)} records were not acknowledged in time: give the stream more shards"
                )
            pause = 0.05 if len(self._waiting) < before else min(1.0, pause * 2)
            time.sleep(pause)

    def close(self) -> None:
        """Forget what was not flushed."""
        self.forget()

    def _entry(self, record: Record, acknowledged: Acknowledged | None) -> _Entry:
        key = partition_key(record.key)
        room = self._log.kinesis.record_bytes - len(key.encode())
        data = envelope.encode(record)
        if len(data) > room:
            data = envelope.encode(record, self._claim(record.value or b""))
        if len(data) > room:
            raise RecordRefused(
                f"a record of {record.topic} has {len(data):,} bytes of key and headers alone"
            )
        return _Entry(self._log.kinesis.prefix + record.topic, record.topic, data, key, acknowledged)

    def _claim(self, value: bytes) -> Claim:
        digest = hashlib.sha256(value).hexdigest()
        return Claim(self._store.put(value, sha256=digest), digest)

    def _by_stream(self) -> list[list[_Entry]]:
        groups: dict[str, list[_Entry]] = {}
        for entry in self._waiting:
            groups.setdefault(entry.stream, []).append(entry)
        return list(groups.values())

    def _put(self, entries: list[_Entry]) -> list[_Entry]:
        """What is left to be written."""
        records = [{"Data": entry.data, "PartitionKey": entry.key} for entry in entries]
        try:
            answer = self._client.put_records(StreamName=entries[0].stream, Records=records)
        except ClientError as error:
            if code_of(error) in BUSY:
                return entries
            kind = RecordRefused if code_of(error) in _RECORDS_FAULT else DeliveryFailed
            raise kind(f"Kinesis refused records of {entries[0].topic}: {error}") from error
        except BotoCoreError as error:
            raise DeliveryFailed(f"Kinesis went away: {error}") from error
        left = []
        for entry, result in zip(entries, answer["Records"], strict=True):
            if "ErrorCode" in result:
                left.append(entry)
            elif entry.acknowledged is not None:
                shard, sequence = number_of(result["ShardId"]), int(result["SequenceNumber"])
                entry.acknowledged(Position(entry.topic, shard, sequence))
        return left


class KinesisReader:
    """Reads all shards of some topics, and keeps no position.

    Args:
        log: The connection.
        topics: Which.
        from_beginning: Also what was written before.
    """

    def __init__(self, log: KinesisLog, topics: Sequence[str], *, from_beginning: bool = True) -> None:
        since = None if from_beginning else time.time()
        self._shards = Shards(log.kinesis, topics, lambda _: True, lambda *_: (None, since))
        self._opener = Opener(log.store)

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records; those that cannot be opened come with the bytes that they have."""
        return [
            self._opener.open(topic, shard, raw).record
            for topic, shard, raw in self._shards.poll(limit, timeout)
        ]

    def close(self) -> None:
        """Nothing is held: the client is everybody's."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as it was sent; `problem` says why it is none, and its value is then what lies in the stream."""

    record: Record
    problem: MalformedRecord | None = None


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens envelopes, and redeems claim checks from the one store that they may name."""

    store: ObjectStore

    def open(self, topic: str, shard: str, raw: dict[str, Any]) -> Opened:
        """A record of Kinesis as a record of the contract.

        Raises:
            StoreUnavailable: The object store does not answer.
        """
        position = Position(topic, number_of(shard), int(raw["SequenceNumber"]))
        at = raw["ApproximateArrivalTimestamp"].timestamp()
        data = bytes(raw["Data"])
        try:
            found = envelope.decode(data)
            if found is None:
                return Opened(Record(topic, None, data, (), position, at))
            value = self._value(found.value)
        except MalformedRecord as error:
            return Opened(Record(topic, None, data, (), position, at), error)
        return Opened(Record(topic, found.key, value, found.headers, position, at))

    def _value(self, value: bytes | Claim | None) -> bytes | None:
        return self.store.get(value.uri, sha256=value.sha256) if isinstance(value, Claim) else value


def partition_key(key: bytes | None) -> str:
    """What decides a record's shard: its key, a digest of one that Kinesis would not take, chance for none."""
    if not key:
        return hashlib.sha256(str(time.perf_counter_ns()).encode()).hexdigest()
    try:
        text = key.decode()
    except UnicodeDecodeError:
        text = ""
    return text if 0 < len(text) <= KEY_CHARACTERS else hashlib.sha256(key).hexdigest()
