"""The service around a watcher: outages, ends, what it tells."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.documents import Failed, Sent
from ingest.errors import FolderUnusable
from ingest.tally import Tally
from ingest.watch import watching
from ingest.watch.memory_raw_log import MemoryRawLog
from ingest.watch.watching import Request, run, wakes
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Position
from mailroom.streams.errors import LogUnavailable

Connect = Callable[..., MemoryRawLog]


def request(folder: Path, *, once: bool = False) -> Request:
    """A quick watch on a broker that nobody asks."""
    return Request(folder, profile="nowhere:1", settle=0.01, once=once, poll=True, as_json=True)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterator[MemoryRawLog | LogUnavailable]], None]:
    """Lets the service connect to the given logs, one after the other."""

    def use(logs: Iterator[MemoryRawLog | LogUnavailable]) -> None:
        def open_next(*_: object) -> MemoryRawLog:
            found = next(logs)
            if isinstance(found, LogUnavailable):
                raise found
            return found

        monkeypatch.setattr(watching, "KafkaRawLog", open_next)

    return use


Use = Callable[[Iterator[MemoryRawLog | LogUnavailable]], None]


def test_once_works_off_what_lies_there(
    tmp_path: Path, connect: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document on standard output says what became of it."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "link").symlink_to("a.txt")
    connect(iter([MemoryRawLog()]))
    assert run(request(tmp_path, once=True)) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["count"], [item["file"] for item in answer["sent"]]) == (1, ["a.txt"])
    assert [item["file"] for item in answer["failed"]] == ["link"]
    assert answer["waiting"] == []


def test_an_outage_at_the_start_is_an_error(tmp_path: Path, connect: Use) -> None:
    """A wrong address would otherwise be tried for ever."""
    connect(iter([LogUnavailable("nobody there")]))
    with pytest.raises(LogUnavailable, match="nobody there"):
        run(request(tmp_path))


def test_an_outage_later_is_waited_for(
    tmp_path: Path, connect: Use, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The write that failed had happened: after two failed connections nothing is sent twice."""
    monkeypatch.setattr(watching, "LONGEST_PAUSE", 0.01)
    log = MemoryRawLog(outage="after")
    (tmp_path / "a.txt").write_text("x")
    connect(iter([log, LogUnavailable("still gone"), log]))
    stops: list[threading.Event] = []
    monkeypatch.setattr(watching, "stop_on_signals", stopping(stops))

    def stop_when_sent(tally: Tally, outcome: Sent | Failed) -> None:
        Tally.__call__(tally, outcome)
        stops[0].set()

    monkeypatch.setattr(watching, "Tally", type("Tally", (Tally,), {"__call__": stop_when_sent}))
    assert run(request(tmp_path)) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["count"] == 1
    assert "still gone; trying again in 0.01 s" in output.err
    assert len(log.log.topics["documents.raw"]) == 1


def stopping(stops: list[threading.Event]) -> Callable[[], object]:
    """Gives the test the event that signals would set."""

    @contextmanager
    def catch() -> Iterator[threading.Event]:
        stops.append(threading.Event())
        yield stops[0]

    return catch


def test_the_tally_counts_all_and_remembers_the_latest() -> None:
    """A watcher runs for months: its memory must not grow."""
    tally = Tally(quiet=True)
    for number in range(1_001):
        tally(Sent(f"id-{number}", "a", Position("documents.raw", 0, number)))
        tally(Failed("b", "why"))
    assert (tally.sent_count, tally.failed_count) == (1_001, 1_001)
    assert (len(tally.sent), tally.sent[0].id, len(tally.failed)) == (1_000, "id-1", 1_000)


def test_no_time_to_settle_is_refused(tmp_path: Path) -> None:
    """Half-written files would be sent."""
    with pytest.raises(UsageError, match="--settle"):
        run(Request(tmp_path, settle=0.0))


@pytest.mark.parametrize("poll", [True, False])
def test_both_ways_of_waking_end_when_told(poll: bool, tmp_path: Path) -> None:
    """They wake without any change, and stop at the event."""
    stop, count = threading.Event(), 0
    for _ in wakes(Request(tmp_path, settle=0.05, poll=poll), stop):
        count += 1
        if count == 3:
            stop.set()
    assert count == 3


def test_polling_needs_nothing_of_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where changes cannot be watched, the error names `--poll`, and that works."""

    def refuse(*_: object, **__: object) -> Iterator[None]:
        raise OSError(28, "no inotify watches left")
        yield

    monkeypatch.setattr("watchfiles.watch", refuse)
    with pytest.raises(FolderUnusable, match="use --poll"):
        next(wakes(Request(tmp_path), threading.Event()))
    next(wakes(Request(tmp_path, settle=0.01, poll=True), threading.Event()))
