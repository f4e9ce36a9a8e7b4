"""What Kinesis needs beyond the common contract: kills between its two writes, large values, resharding, strangers."""

import hashlib
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ConnectionClosedError

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore, StoreUnavailable
from mailroom.streams.aws import client
from mailroom.streams.errors import RecordRefused, StreamError, WorkLost
from mailroom.streams.kinesis import KinesisSink
from mailroom.streams.kinesis_exchange import KinesisExchange
from mailroom.streams.kinesis_table import Positions
from tests.contract.conftest import on_kinesis
from tests.contract.world import INPUT, OUTPUT, OnKinesis, World, take


@pytest.fixture
def log(request: pytest.FixtureRequest) -> OnKinesis:
    """Kinesis alone."""
    return on_kinesis(
        request.getfixturevalue("kinesis"),
        request.getfixturevalue("tmp_path"),
        request.getfixturevalue("unique"),
    )


def labels(*names: str, at: str) -> list[Record]:
    """Outputs whose values tell when they were made."""
    return [Record(OUTPUT, name.encode(), at.encode(), (("ce_id", name.encode()),)) for name in names]


def dies(*_: object) -> NoReturn:
    """As a process that is killed."""
    raise KeyboardInterrupt


def test_an_instance_that_dies_between_its_writes_writes_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its successor reads what it had written, and leaves that out; what it had not written is written."""
    world.send(world.input(b"1"), world.input(b"2"))
    first = world.exchange()
    take(first.poll, 2)
    monkeypatch.setattr(Positions, "move", dies)
    with pytest.raises(KeyboardInterrupt):
        first.commit(labels("a", "b", at="first"))
    monkeypatch.undo()
    second = world.exchange()
    assert [record.value for record in take(second.poll, 2)] == [b"1", b"2"]
    second.commit(labels("a", "b", "c", at="second"))
    assert [(found.key, found.value) for found in world.read(OUTPUT, 3)] == [
        (b"a", b"first"),
        (b"b", b"first"),
        (b"c", b"second"),
    ]
    assert not world.exchange().poll(1, 0.1)


def test_a_predecessor_that_still_runs_is_stopped(world: World) -> None:
    """Who has lost its shard writes nothing, and ends with a line that says why."""
    world.send(world.input(b"1"))
    first = world.exchange()
    take(first.poll, 1)
    second = world.exchange()
    with pytest.raises(StreamError, match="another instance has taken a shard"):
        first.commit(labels("a", at="first"))
    take(second.poll, 1)
    second.commit(labels("a", at="second"))
    assert [found.value for found in world.read(OUTPUT, 1)] == [b"second"]


def test_members_share_the_shards(world: World, log: OnKinesis) -> None:
    """Each record is read by one of two, whatever its shard."""
    streams = client("kinesis", log.kinesis)
    split(streams, log)
    world.send(*(world.input(b"%d" % n, key=b"%d" % n) for n in range(20)))
    values: list[bytes | None] = []
    for member in (0, 1):
        half = KinesisExchange(log.log, [INPUT], log.group, [OUTPUT], stage="s", member=member, members=2)
        values += [record.value for record in take_all(half)]
    assert sorted(value or b"" for value in values) == sorted(b"%d" % n for n in range(20))


def test_a_split_shard_is_read_before_its_children(world: World, log: OnKinesis) -> None:
    """The records of a key keep their order over a resharding, and over a restart."""
    world.send(*(world.input(b"%d" % n) for n in range(3)))
    split(client("kinesis", log.kinesis), log)
    world.send(*(world.input(b"%d" % n) for n in range(3, 6)))
    first = world.exchange()
    values = [record.value for record in take(first.poll, 4)]
    first.commit([])
    values += [record.value for record in take(world.exchange().poll, 2)]
    assert values == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_a_value_above_the_limit_of_a_record_comes_back_whole(world: World, log: OnKinesis) -> None:
    """It lies in the object store, and the stream holds where."""
    value = bytes(range(256)) * 20_000
    world.send(world.input(value))
    [record] = take(world.exchange().poll, 1)
    assert (len(value), record.value == value) == (5_120_000, True)
    assert len(stored(log)[0]) < 1_000


def stored(log: OnKinesis) -> list[bytes]:
    """What lies in the input's first shard."""
    streams = client("kinesis", log.kinesis)
    name = log.kinesis.prefix + INPUT
    where = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**where)["ShardIterator"]
    return [record["Data"] for record in streams.get_records(ShardIterator=iterator)["Records"]]


def split(streams: Any, log: OnKinesis) -> None:
    """Split the input's only shard in halves."""
    streams.split_shard(
        StreamName=log.kinesis.prefix + INPUT,
        ShardToSplit="shardId-000000000000",
        NewStartingHashKey=str(2**127),
    )


def take_all(exchange: KinesisExchange) -> list[Record]:
    """Poll until nothing comes."""
    found: list[Record] = []
    while records := exchange.poll(100, 1.0):
        found += records
    return found


DIGEST = hashlib.sha256(b"secret").hexdigest()
Hostile = Callable[[str], bytes]


@pytest.mark.security
@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (lambda _: b'{"specversion":"1.0","data_base64":"file:///etc/passwd"}', b"malformed-record"),
        (lambda _: b'{"specversion":"1.0","valueref":"file:///etc/passwd"}', b"malformed-header"),
        (lambda _: b'{"specversion":"1.0","valueref":"http://169.254.169.254/latest"}', b"malformed-header"),
        (
            lambda store: b'{"specversion":"1.0","valueref":"%s/../../etc/passwd"}' % store.encode(),
            b"malformed-header",
        ),
        (
            lambda store: b'{"specversion":"1.0","valueref":"%s/ab/%s"}' % (store.encode(), b"ab" * 32),
            b"original-missing",
        ),
        (
            lambda _: b'{"specversion":"1.0","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            b"malformed-record",
        ),
    ],
    ids=["path", "file", "address", "traversal", "missing", "deep"],
)
def test_a_hostile_envelope_is_a_dead_letter(
    world: World, log: OnKinesis, hostile: Hostile, reason: bytes
) -> None:
    """It is refused with its reason and as it came, opens nothing, and holds up nobody behind it."""
    data = hostile(log.log.store.uri)
    streams = client("kinesis", log.kinesis)
    place = streams.put_record(StreamName=log.kinesis.prefix + INPUT, PartitionKey="a", Data=data)
    world.send(world.input(b"an invoice"))
    exchange = world.exchange()
    assert [record.value for record in take(exchange.poll, 1)] == [b"an invoice"]
    exchange.commit([])
    [letter] = world.read(Topic.DEAD_LETTER, 1)
    assert letter.value == data
    found = {name.removeprefix("__connect.errors."): value for name, value in letter.headers}
    assert (found["reason"], found["stage"], found["topic"]) == (reason, b"stage", b"input")
    assert found["offset"] == place["SequenceNumber"].encode()


def test_a_store_that_does_not_answer_loses_nothing(
    world: World, log: OnKinesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken from the shard and could not be opened comes again, whole and in order."""

    def away(*_: object, **__: object) -> NoReturn:
        raise StoreUnavailable("it is away")

    world.send(world.input(b"1"), world.input(bytes(2_000_000)), world.input(b"3"))
    exchange = world.exchange()
    monkeypatch.setattr(ObjectStore, "get", away)
    with pytest.raises(StoreUnavailable):
        take(exchange.poll, 3)
    monkeypatch.undo()
    assert [len(record.value or b"") for record in take(exchange.poll, 3)] == [1, 2_000_000, 1]


def test_a_sink_that_has_refused_a_record_says_so_at_its_flush(world: World, log: OnKinesis) -> None:
    """Whoever waits for acknowledgements learns that one will not come."""
    sink = log.sink()
    [refused] = log.refuse(world.exchange())
    with pytest.raises(RecordRefused):
        sink.send(refused)
    with pytest.raises(RecordRefused, match="bytes of key and headers alone"):
        sink.flush(1)


def test_a_stranger_behind_open_work_does_not_end_it(world: World, log: OnKinesis) -> None:
    """A record that cannot be opened commits nothing on its own while others are being worked on."""
    world.send(world.input(b"1"))
    first = world.exchange()
    take(first.poll, 1)
    streams = client("kinesis", log.kinesis)
    streams.put_record(StreamName=log.kinesis.prefix + INPUT, PartitionKey="a", Data=b'{"specversion":"2"}')
    assert not first.poll(10, 0.5)
    assert [record.value for record in take(world.exchange().poll, 1)] == [b"1"]


def test_a_stranger_alone_is_a_dead_letter_at_once(world: World, log: OnKinesis) -> None:
    """It does not wait for a record that somebody answers."""
    streams = client("kinesis", log.kinesis)
    streams.put_record(StreamName=log.kinesis.prefix + INPUT, PartitionKey="a", Data=b'{"specversion":"2"}')
    assert not world.exchange().poll(10, 0.5)
    assert [record.value for record in world.read(Topic.DEAD_LETTER, 1)] == [b'{"specversion":"2"}']
    assert not world.exchange().poll(10, 0.1)


class Deaf:
    """A client that does not hear the answer to its first request."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.asked = 0

    def put_records(self, **request: Any) -> Any:
        """Written, and not known to be."""
        self.asked += 1
        answer = self._real.put_records(**request)
        if self.asked == 1:
            raise ConnectionClosedError(endpoint_url="http://kinesis")
        return answer


def test_an_answer_that_is_lost_doubles_nothing(world: World) -> None:
    """The work is lost, its input comes again, and what had been written is known."""
    world.send(world.input(b"1"))
    exchange = world.exchange()
    assert isinstance(exchange, KinesisExchange)
    exchange._sink._client = Deaf(exchange._sink._client)
    take(exchange.poll, 1)
    with pytest.raises(WorkLost, match="Kinesis went away"):
        exchange.commit(labels("a", at="first"))
    assert [record.value for record in take(exchange.poll, 1)] == [b"1"]
    exchange.commit(labels("a", "b", at="second"))
    assert [record.value for record in world.read(OUTPUT, 2)] == [b"first", b"second"]


class Throttled:
    """A client that puts off one record of the first request, as Kinesis does above a shard's capacity."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.asked = 0

    def put_records(self, **request: Any) -> Any:
        """All but the second."""
        self.asked += 1
        if self.asked > 1:
            return self._real.put_records(**request)
        records = request["Records"]
        answer = self._real.put_records(**{**request, "Records": [records[0], *records[2:]]})
        put_off = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow"}
        answer["Records"].insert(1, put_off)
        return answer


def test_what_kinesis_puts_off_is_written_later(world: World, log: OnKinesis) -> None:
    """Only that, and every record is acknowledged once."""
    sink = KinesisSink(log.log)
    sink._client = Throttled(sink._client)
    places: list[Position] = []
    for number in range(3):
        sink.send(world.input(b"%d" % number), places.append)
    sink.flush(10)
    assert sorted(record.value or b"" for record in world.read(INPUT, 3)) == [b"0", b"1", b"2"]
    assert (len(places), sink._client.asked) == (3, 2)
