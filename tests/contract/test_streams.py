"""What every log promises, in memory and on a real broker."""

from collections.abc import Sequence

import pytest

from mailroom.contracts.records import Header, Record
from mailroom.streams import Exchange, WorkLost
from tests.contract.world import INPUT, OUTPUT, World, take


def insist(exchange: Exchange, outputs: Sequence[Record], count: int) -> list[bytes | None]:
    """Poll `count` records and commit, anew for as long as the log refuses; what was polled at last."""
    for _ in range(5):
        records = take(exchange.poll, count)
        try:
            exchange.commit(outputs)
        except WorkLost:
            continue
        return [record.value for record in records]
    raise AssertionError("the log refuses for ever")


def test_a_record_comes_back_as_it_was_sent(world: World) -> None:
    """Key, value and headers arrive in order and unchanged, with a position and a time."""
    headers: tuple[Header, ...] = (("a", b"1"), ("b", b"\xff"), ("a", b""))
    sent = Record(world.log.topic(INPUT), b"key", b"value", headers)
    [position] = world.send(sent)
    [record] = world.read(INPUT, 1)
    assert (record.key, record.value, record.headers) == (b"key", b"value", headers)
    assert record.position == position
    assert record.timestamp is not None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, b"value"),
        (b"key", None),
        (None, None),
        (b"\xff\xfe", b"value"),
        (b"", b""),
        (b"key", b"\x00" * 9),
    ],
)
def test_odd_records_pass_unchanged(world: World, key: bytes | None, value: bytes | None) -> None:
    """Null and empty keys and values, keys that are not UTF-8 and records without headers are records."""
    world.send(world.input(value, key))
    exchange = world.exchange()
    [record] = take(exchange.poll, 1)
    assert (record.key, record.value, record.headers) == (key, value, ())
    exchange.commit([Record(world.log.topic(OUTPUT), record.key, record.value, record.headers)])
    [copy] = world.read(OUTPUT, 1)
    assert (copy.key, copy.value, copy.headers) == (key, value, ())


def test_positions_of_acknowledgements_count_up(world: World) -> None:
    """Every record of a partition is acknowledged with a higher offset than the one before."""
    first, second, third = world.send(*(world.input(b"%d" % number) for number in range(3)))
    assert first.partition == second.partition == third.partition == 0
    assert first.offset < second.offset < third.offset


def test_a_poll_keeps_its_limit_and_the_order(world: World) -> None:
    """No poll gives more than it was asked for, and the records come in the order of the log."""
    world.send(*(world.input(b"%d" % number) for number in range(5)))
    exchange = world.exchange()
    values: list[bytes | None] = []
    while len(values) < 5:
        records = exchange.poll(2, 0.2)
        assert len(records) <= 2
        values += [record.value for record in records]
    assert values == [b"0", b"1", b"2", b"3", b"4"]


def test_an_empty_log_gives_nothing(world: World) -> None:
    """A poll ends without records when there are none."""
    assert list(world.exchange().poll(10, 0.2)) == []


def test_committed_work_is_seen_and_not_done_again(world: World) -> None:
    """After a commit the output is there, and the next run goes on behind the input."""
    world.send(world.input(b"1"), world.input(b"2"))
    first = world.exchange()
    [record] = take(first.poll, 1)
    assert record.value == b"1"
    first.commit([world.output(b"one")])
    first.close()
    [following] = take(world.exchange().poll, 1)
    assert following.value == b"2"
    assert [output.value for output in world.read(OUTPUT, 1)] == [b"one"]


def test_work_without_output_moves_on(world: World) -> None:
    """A batch may have nothing to say; its input still counts as done."""
    world.send(world.input(b"1"), world.input(b"2"))
    first = world.exchange()
    take(first.poll, 1)
    first.commit([])
    first.close()
    [following] = take(world.exchange().poll, 1)
    assert following.value == b"2"


def test_uncommitted_work_comes_again(world: World) -> None:
    """What was polled and not committed is delivered to the next run, whole."""
    world.send(world.input(b"1"), world.input(b"2"))
    first = world.exchange()
    take(first.poll, 2)
    first.close()
    assert [record.value for record in take(world.exchange().poll, 2)] == [b"1", b"2"]


def test_polls_between_commits_belong_to_one_transaction(world: World) -> None:
    """One commit covers all polls before it."""
    world.send(world.input(b"1"), world.input(b"2"), world.input(b"3"))
    first = world.exchange()
    assert [record.value for record in [*take(first.poll, 1), *take(first.poll, 1)]] == [b"1", b"2"]
    first.commit([world.output(b"both")])
    first.close()
    [following] = take(world.exchange().poll, 1)
    assert following.value == b"3"


def test_a_refused_commit_shows_nothing_and_repeats(world: World) -> None:
    """When the log refuses a transaction its output is invisible and its input comes again, in the same run."""
    world.send(world.input(b"1"), world.input(b"2"))
    exchange = world.exchange()
    take(exchange.poll, 2)
    with pytest.raises(WorkLost):
        exchange.commit([world.output(b"lost"), *world.log.refuse(exchange)])
    assert insist(exchange, [world.output(b"kept")], 2) == [b"1", b"2"]
    assert [output.value for output in world.read(OUTPUT, 1)] == [b"kept"]
