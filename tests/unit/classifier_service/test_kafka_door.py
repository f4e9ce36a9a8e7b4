"""The door on a log in memory."""

import threading

import pytest

from classifier_service.kafka_door import LOSSES, KafkaDoor
from classifier_service.observing import Observer
from mailroom.contracts.topics import Topic
from mailroom.failure_cap import StageBroken
from mailroom.streams import WorkLost
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog
from mailroom.telemetry.metrics import Metrics
from tests.unit.classifier_service.fakes import FakeModel, classifier, text_document, text_record

CLOCK = FakeClock()


@pytest.fixture
def log() -> MemoryLog:
    """Three texts, the second of which breaks the model."""
    log = MemoryLog(FakeClock())
    for number, text in enumerate(["pay", "poison", "offer"]):
        log.append(text_record(text_document(text, str(number))))
    return log


def opened(
    log: MemoryLog,
    *,
    limit: int = 10,
    refuse: int = 0,
    clock: FakeClock = CLOCK,
    model: FakeModel | None = None,
) -> KafkaDoor:
    """A door on that log."""
    exchange = MemoryExchange(log, [Topic.TEXT], "group", refuse)
    observer = Observer("text", Metrics(), clock)
    return KafkaDoor(
        exchange, classifier(model or FakeModel()).label, limit=limit, clock=clock, observer=observer
    )


def keys(log: MemoryLog, topic: Topic) -> list[bytes | None]:
    """Keys of a topic's records."""
    return [record.key for record in log.topics[topic]]


def test_a_batch_is_answered_and_committed(log: MemoryLog) -> None:
    """Labels and dead letters are written, the position moves, and nothing is left to do."""
    door = opened(log)
    assert (door.step(), door.step()) == (3, 0)
    assert keys(log, Topic.CLASSIFIED) == [b"0", b"2"]
    assert keys(log, Topic.DEAD_LETTER) == [b"1"]
    assert log.positions["group", Topic.TEXT] == 3


def test_a_batch_keeps_its_limit(log: MemoryLog) -> None:
    """No batch is larger than asked for."""
    door = opened(log, limit=2)
    assert [door.step() for _ in range(3)] == [2, 1, 0]


def test_lost_work_is_done_again_once(log: MemoryLog) -> None:
    """When the transaction is refused nothing is seen and the same batch is read and answered again."""
    door = opened(log, refuse=1)
    assert (door.step(), keys(log, Topic.CLASSIFIED)) == (0, [])
    assert (door.step(), keys(log, Topic.CLASSIFIED)) == (3, [b"0", b"2"])
    assert door.tally.lost == 1


def test_a_broken_model_ends_the_door_and_keeps_the_backlog(log: MemoryLog) -> None:
    """Of 101 failures in a batch nothing is written; the next start reads it again, and labels it once it is mended."""
    for number in range(3, 103):
        log.append(text_record(text_document("poison", str(number))))
    door = opened(log, limit=200)
    with pytest.raises(
        StageBroken, match=r"101 of the last 103 .* \(inference-failed 101; .* \(RuntimeError\)\)"
    ):
        door.step()
    assert (keys(log, Topic.CLASSIFIED), keys(log, Topic.DEAD_LETTER)) == ([], [])
    mended = opened(log, limit=200, model=FakeModel(poison="none"))
    assert mended.step() == 103
    assert len(keys(log, Topic.CLASSIFIED)) == 103


def test_a_log_that_refuses_for_ever_ends_the_door(log: MemoryLog) -> None:
    """After eight losses in a row, with longer and longer waits, the door gives up."""
    clock = FakeClock()
    door = opened(log, refuse=100, clock=clock)
    for _ in range(LOSSES - 1):
        door.step()
    with pytest.raises(WorkLost):
        door.step()
    assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4])


def test_losses_are_counted_in_a_row(log: MemoryLog) -> None:
    """A batch that goes through forgives the losses before it."""
    door = opened(log, limit=1, refuse=7)
    for _ in range(8):
        door.step()
    exchange = door._exchange
    assert isinstance(exchange, MemoryExchange)
    exchange.refuse = 7
    assert [door.step() for _ in range(8)] == [0] * 7 + [1]


def test_a_crash_before_the_commit_leaves_no_trace(log: MemoryLog) -> None:
    """What was polled and not committed is answered by the next run, exactly once."""
    crashed = MemoryExchange(log, [Topic.TEXT], "group")
    crashed.poll(2, 0)
    assert opened(log).step() == 3
    assert keys(log, Topic.CLASSIFIED) == [b"0", b"2"]


def test_the_tally_counts_what_was_committed(log: MemoryLog) -> None:
    """Labels, decisions and reasons are counted by name, lost batches apart."""
    door = opened(log, refuse=1)
    door.step()
    door.step()
    summary = door.tally.summary()
    del summary["busy_seconds"]
    assert summary == {
        "labelled": 2,
        "dead_lettered": 1,
        "batches": 1,
        "batches_lost": 1,
        "labels": {"invoice": 1, "offer": 1},
        "decisions": {"auto": 1, "review": 1},
        "reasons": {"inference-failed": 1},
    }


def test_a_door_stops_after_its_batch(log: MemoryLog) -> None:
    """A stop that comes during a batch lets it be committed, then the exchange is closed."""
    stop = threading.Event()
    exchange = MemoryExchange(log, [Topic.TEXT], "group")
    core = classifier(FakeModel())

    def label_then_stop(documents: object) -> list[object]:
        stop.set()
        return list(core.label(documents))  # type: ignore[arg-type]

    observer = Observer("text", Metrics(), CLOCK)
    door = KafkaDoor(exchange, label_then_stop, limit=2, clock=CLOCK, observer=observer)  # type: ignore[arg-type]
    door.run(stop)
    assert log.positions["group", Topic.TEXT] == 2
    assert (door.polled.is_set(), exchange._reader) == (True, None)
