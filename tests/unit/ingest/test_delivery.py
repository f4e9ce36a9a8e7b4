"""Documents into the log."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest import delivery
from ingest.content import Intake
from ingest.delivery import Delivery
from ingest.documents import Failed, Sent
from ingest.selection import Choice, Chosen, Skipped, Trouble
from mailroom.contracts.records import Position, Record
from mailroom.objects import StoreUnavailable
from mailroom.streams.base import Acknowledged, Sink
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import DeliveryFailed
from mailroom.streams.memory import MemoryLog, MemorySink


@dataclass
class SlowSink:
    """Acknowledges when flushed, up to a number of records, then fails."""

    takes: int = 1_000_000
    queued: list[tuple[Record, Acknowledged]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    taken: int = 0

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Queue."""
        assert acknowledged is not None
        self.queued.append((record, acknowledged))

    def flush(self, timeout: float) -> None:  # noqa: ARG002 - the protocol's name
        """Acknowledge in order while there is room."""
        self.batches.append(len(self.queued))
        queued, self.queued = self.queued, []
        for record, acknowledged in queued:
            if self.taken == self.takes:
                raise DeliveryFailed("broker gone")
            acknowledged(Position(record.topic, 0, self.taken))
            self.taken += 1

    def close(self) -> None:
        """Nothing is held."""


Deliver = Callable[[Sink], Delivery]


@pytest.fixture
def deliver(intake: Intake) -> Deliver:
    """Makes a delivery that numbers its documents."""
    numbers: Iterator[int] = count(1)
    return lambda sink: Delivery(sink, intake, FakeClock(), next_id=lambda: f"id-{next(numbers)}")


def files(folder: Path, *names: str) -> list[Chosen]:
    """Files that hold their own names."""
    for name in names:
        (folder / name).write_text(name)
    return [Chosen(str(folder / name)) for name in names]


def test_each_file_is_sent_and_acknowledged(tmp_path: Path, deliver: Deliver) -> None:
    """The outcome tells id, file and place; the record holds the bytes and the bare file name."""
    log = MemoryLog()
    outcomes = list(deliver(MemorySink(log)).deliver(files(tmp_path, "a.txt", "b.txt")))
    assert outcomes == [
        Sent("id-1", f"{tmp_path}/a.txt", Position("documents.raw", 0, 0)),
        Sent("id-2", f"{tmp_path}/b.txt", Position("documents.raw", 0, 1)),
    ]
    records = log.topics["documents.raw"]
    assert [(record.value, record.header("ce_subject")) for record in records] == [
        (b"a.txt", b"a.txt"),
        (b"b.txt", b"b.txt"),
    ]


def test_a_document_that_cannot_be_sent_does_not_stop_the_others(tmp_path: Path, deliver: Deliver) -> None:
    """What is missing, and what vanishes before it is read, is reported; the rest arrives."""
    choices: list[Choice] = [
        Skipped("nix", Trouble.MISSING),
        Chosen(str(tmp_path / "gone")),
        *files(tmp_path, "a"),
    ]
    assert list(deliver(MemorySink(MemoryLog())).deliver(choices)) == [
        Failed("nix", "no such file"),
        Failed(f"{tmp_path}/gone", "cannot be read: No such file or directory"),
        Sent("id-2", f"{tmp_path}/a", Position("documents.raw", 0, 0)),
    ]


def test_an_empty_file_is_sent_as_it_is(tmp_path: Path, deliver: Deliver) -> None:
    """It ends in the dead letters with a reason, which refusing it here would hide."""
    (tmp_path / "empty").touch()
    log = MemoryLog()
    list(deliver(MemorySink(log)).deliver([Chosen(str(tmp_path / "empty"))]))
    assert [record.value for record in log.topics["documents.raw"]] == [b""]


def test_no_more_than_a_batch_is_held(
    tmp_path: Path, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded by count and by bytes: outcomes come after each full batch."""
    monkeypatch.setattr(delivery, "BATCH_DOCUMENTS", 3)
    monkeypatch.setattr(delivery, "BATCH_BYTES", 100)
    sink = SlowSink()
    small = files(tmp_path, "1", "2", "3", "4")
    large = Chosen(str(tmp_path / "large"))
    Path(large.path).write_bytes(b"x" * 100)
    assert len(list(deliver(sink).deliver([*small, large, large]))) == 6
    assert sink.batches == [3, 2, 1, 0]


def test_what_is_not_acknowledged_is_not_called_sent(
    tmp_path: Path, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure the rest of the batch is in doubt, and what follows is not tried."""
    monkeypatch.setattr(delivery, "BATCH_DOCUMENTS", 2)
    outcomes = list(deliver(SlowSink(takes=1)).deliver(files(tmp_path, "1", "2", "3")))
    assert outcomes == [
        Sent("id-1", f"{tmp_path}/1", Position("documents.raw", 0, 0)),
        Failed(f"{tmp_path}/2", "not acknowledged, it may be in the log: broker gone"),
        Failed(f"{tmp_path}/3", "not tried: broker gone"),
    ]


def test_standard_input_is_a_document_with_the_name_that_is_given(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` reads what is piped in."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"piped")))
    log = MemoryLog()
    door = deliver(MemorySink(log))
    door.name_of_input = "letter.txt"
    assert [outcome.file for outcome in door.deliver([Chosen("-")])] == ["-"]
    record = log.topics["documents.raw"][0]
    assert (record.value, record.header("ce_subject")) == (b"piped", b"letter.txt")


def test_a_store_that_is_full_fails_the_document(tmp_path: Path, deliver: Deliver, intake: Intake) -> None:
    """A large document without a place is reported; a small one after it is sent."""

    class FullStore:
        def put(self, _data: bytes, /) -> str:
            raise StoreUnavailable("no room")

    door = deliver(MemorySink(MemoryLog()))
    door.intake = replace(intake, store=FullStore())
    (tmp_path / "large").write_bytes(b"x" * 101)
    outcomes = list(door.deliver([Chosen(str(tmp_path / "large")), *files(tmp_path, "small")]))
    assert [isinstance(outcome, Sent) for outcome in outcomes] == [False, True]


def test_a_name_that_is_not_unicode_is_sent(tmp_path: Path, deliver: Deliver) -> None:
    """File names are bytes; what is not UTF-8 becomes a question mark in header and report."""
    path = str(tmp_path / "\udcff.txt")
    Path(path).write_text("x")
    log = MemoryLog()
    outcomes = list(deliver(MemorySink(log)).deliver([Chosen(path)]))
    assert [outcome.file for outcome in outcomes] == [f"{tmp_path}/?.txt"]
    assert log.topics["documents.raw"][0].header("ce_subject") == b"?.txt"
