"""Walking the shards of Kinesis streams: each from its position, parents before their children."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mailroom.settings import KinesisSettings
from mailroom.streams.aws import BUSY, asked, client, code_of

MOST_AT_ONCE = 1_000
LOOK_SECONDS = 30.0
"""How often new shards are looked for; also when one has ended."""

Start = Callable[[str, str], tuple[str | None, float | None]]
"""Topic and shard to where reading begins: behind a sequence number, else at a time, else at the beginning."""

ENDED = "ended"
"""The position of a shard that was split or merged, and read to its end."""


@dataclass(slots=True)
class Cursor:
    """Where one shard is read.

    Attributes:
        topic: Whose stream it is.
        shard: Its id.
        parents: The shards that it was made from.
        closed: Whether nothing is written to it any more.
        after: The sequence number of the last record that was read, `ENDED`, or None where none was.
        since: Where reading begins when none was, in seconds since the epoch; None for the beginning.
        behind: Milliseconds between what was read last and the end; one that was never read is behind.
    """

    topic: str
    shard: str
    parents: tuple[str, ...]
    closed: bool
    after: str | None
    since: float | None
    behind: int = 1
    iterator: str | None = None
    due: float = 0.0


class Shards:
    """The shards that are ours.

    Args:
        kinesis: The connection.
        topics: Whose streams are read.
        mine: Whether the shard of a number is read here.
        start: Where a shard is begun.
    """

    def __init__(
        self, kinesis: KinesisSettings, topics: Sequence[str], mine: Callable[[int], bool], start: Start
    ) -> None:
        self._kinesis = kinesis
        self._client = client("kinesis", kinesis)
        self._topics = topics
        self._mine = mine
        self._start = start
        self._turn = 0
        self._looked = 0.0
        self.cursors: dict[tuple[str, str], Cursor] = {}
        self.look()

    def poll(self, limit: int, timeout: float) -> list[tuple[str, str, dict[str, Any]]]:
        """Up to `limit` records as topic, shard and what Kinesis gives, as soon as there is one."""
        deadline = time.monotonic() + timeout
        while True:
            found = list(self._round(limit))
            left = deadline - time.monotonic()
            if found or left <= 0:
                return found
            time.sleep(max(0.001, min(left, self._next_due() - time.monotonic())))

    def unread(self) -> bool:
        """Whether a shard has not been read up to its present end yet."""
        return any(cursor.behind and cursor.after != ENDED for cursor in self.cursors.values())

    def look(self) -> None:
        """Find shards that are new, and those that were closed."""
        self._looked = time.monotonic()
        for topic in self._topics:
            for shard in self._listed(topic):
                self._know(topic, shard)

    def forget(self, topic: str, shard: str, after: str | None, since: float | None) -> None:
        """Go back: the shard is read on behind `after`."""
        cursor = self.cursors[topic, shard]
        cursor.after, cursor.since, cursor.iterator, cursor.due = after, since, None, 0.0

    def _know(self, topic: str, shard: dict[str, Any]) -> None:
        name = shard["ShardId"]
        if not self._mine(number_of(name)):
            return
        closed = "EndingSequenceNumber" in shard["SequenceNumberRange"]
        known = self.cursors.get((topic, name))
        if known is not None:
            known.closed = closed
            return
        parents = (shard.get("ParentShardId"), shard.get("AdjacentParentShardId"))
        after, since = self._start(topic, name)
        named = tuple(parent for parent in parents if parent)
        self.cursors[topic, name] = Cursor(topic, name, named, closed, after, since)

    def _listed(self, topic: str) -> Iterator[dict[str, Any]]:
        asking: dict[str, Any] = {"StreamName": self._kinesis.prefix + topic}
        while True:
            answer = asked(lambda: self._client.list_shards(**asking))  # noqa: B023 - called at once
            yield from answer["Shards"]
            if not answer.get("NextToken"):
                return
            asking = {"NextToken": answer["NextToken"]}

    def _round(self, limit: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """One read of each shard that is due, from where the last round stopped."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self.look()
        cursors = [cursor for cursor in self.cursors.values() if self._open(cursor)]
        self._turn += 1
        for place in range(len(cursors)):
            cursor = cursors[(self._turn + place) % len(cursors)]
            if limit > 0 and cursor.due <= time.monotonic():
                records = self._read(cursor, min(limit, MOST_AT_ONCE))
                limit -= len(records)
                yield from ((cursor.topic, cursor.shard, record) for record in records)

    def _open(self, cursor: Cursor) -> bool:
        """Not read to its end, and what came before it in its parents is."""
        known = (self.cursors.get((cursor.topic, parent)) for parent in cursor.parents)
        return cursor.after != ENDED and all(parent is None or parent.after == ENDED for parent in known)

    def _next_due(self) -> float:
        soon = time.monotonic() + max(self._kinesis.poll_seconds, 0.01)
        return min((cursor.due for cursor in self.cursors.values() if self._open(cursor)), default=soon)

    def _read(self, cursor: Cursor, limit: int) -> list[dict[str, Any]]:
        cursor.due = time.monotonic() + self._kinesis.poll_seconds
        answer = asked(lambda: self._ask(cursor, limit))
        if answer is None:
            return []
        records: list[dict[str, Any]] = answer["Records"]
        cursor.iterator, cursor.behind = answer.get("NextShardIterator"), answer.get("MillisBehindLatest", 0)
        if records:
            cursor.after = records[-1]["SequenceNumber"]
        elif cursor.iterator is None or (cursor.closed and not cursor.behind):
            cursor.after = ENDED
            self.look()
        return records

    def _ask(self, cursor: Cursor, limit: int) -> dict[str, Any] | None:
        """What Kinesis gives; None where it is to be asked again."""
        try:
            iterator = cursor.iterator or self._iterator(cursor)
            answer: dict[str, Any] = self._client.get_records(ShardIterator=iterator, Limit=limit)
        except ClientError as error:
            if code_of(error) == "ExpiredIteratorException":
                cursor.iterator = None
            elif code_of(error) not in BUSY:
                raise
            return None
        return answer

    def _iterator(self, cursor: Cursor) -> str:
        where: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
        if cursor.after is not None:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": cursor.after}
        elif cursor.since is not None:
            where = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": cursor.since}
        stream = self._kinesis.prefix + cursor.topic
        answer = self._client.get_shard_iterator(StreamName=stream, ShardId=cursor.shard, **where)
        return str(answer["ShardIterator"])


def number_of(shard: str) -> int:
    """The number in a shard's id: 3 of `shardId-000000000003`."""
    return int(shard.rpartition("-")[2])
