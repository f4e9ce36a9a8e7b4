"""A folder's files into the log, exactly once, whatever fails in between."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ingest.content import Intake
from ingest.documents import Failed, Outcome, Sent
from ingest.watch.inbox import Inbox
from ingest.watch.journal import Journal, State
from ingest.watch.memory_raw_log import MemoryRawLog
from ingest.watch.watcher import Watcher
from mailroom.contracts.codec import document_id
from mailroom.objects import StoreUnavailable
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import LogUnavailable


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


@dataclass
class Desk:
    """A folder, its log, and the watchers that follow one another on it."""

    folder: Path
    intake: Intake
    log: MemoryRawLog = field(default_factory=MemoryRawLog)
    clock: FakeClock = field(default_factory=FakeClock)
    outcomes: list[Outcome] = field(default_factory=list)

    def drop(self, *names: str) -> None:
        """Put files down that hold their own names."""
        for name in names:
            (self.folder / name).write_text(name)

    def watcher(self) -> Watcher:
        """A fresh process on the folder."""
        inbox = Inbox(self.folder)
        inbox.prepare()
        journal = Journal(self.folder / ".mailroom" / "journal.sqlite3")
        return Watcher(inbox, journal, self.log, self.intake, self.clock, 2.0, self.outcomes.append)

    def work(self, watcher: Watcher | None = None) -> tuple[str, ...]:
        """Start, look, wait the settle time, look again; returns what is not complete."""
        found = watcher or self.watcher()
        found.recover()
        found.step()
        self.clock.sleep(2.0)
        return found.step()

    def sent(self) -> list[bytes | None]:
        """The values in the log."""
        return [record.value for record in self.log.log.topics["documents.raw"]]

    def names(self, folder: str) -> list[str]:
        """What lies in a folder."""
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())


@pytest.fixture
def desk(tmp_path: Path, intake: Intake) -> Desk:
    """An empty folder and an empty log."""
    return Desk(tmp_path, intake)


def die(*_: object, **__: object) -> None:
    """Stands where the process is killed."""
    raise Killed


def test_a_complete_file_is_sent_and_moved(desk: Desk) -> None:
    """It is in the log once, in `done/`, and reported with its place."""
    desk.drop("a.txt")
    assert desk.work() == ()
    assert (desk.sent(), desk.names("done"), desk.names(".")) == ([b"a.txt"], ["a.txt"], [])
    (outcome,) = desk.outcomes
    assert isinstance(outcome, Sent)
    assert (outcome.file, outcome.position.offset) == ("a.txt", 0)


def test_a_file_is_not_sent_before_it_is_quiet(desk: Desk) -> None:
    """At first sight it only waits."""
    desk.drop("a.txt")
    assert desk.watcher().step() == ("a.txt",)
    assert desk.sent() == []


def test_a_half_written_file_is_left_until_its_writer_is_done(desk: Desk) -> None:
    """Open for writing, it waits however long it is quiet; closed, it is sent whole."""
    watcher = desk.watcher()
    with (desk.folder / "a.txt").open("w") as file:
        file.write("half")
        file.flush()
        assert desk.work(watcher) == ("a.txt",)
        file.write(" and half")
    desk.work(watcher)
    assert desk.sent() == [b"half and half"]


def test_a_temporary_name_is_left_until_it_is_renamed(desk: Desk) -> None:
    """Then it is sent at the next look, without another wait."""
    watcher = desk.watcher()
    desk.drop("a.part")
    desk.work(watcher)
    assert desk.sent() == []
    (desk.folder / "a.part").rename(desk.folder / "a.txt")
    watcher.step()
    assert (desk.sent(), desk.names("done")) == ([b"a.part"], ["a.txt"])


def test_the_record_says_where_it_came_in(desk: Desk) -> None:
    """Door and file name are in the headers."""
    desk.drop("a.txt")
    desk.work()
    (record,) = desk.log.log.topics["documents.raw"]
    assert (record.header("ce_source"), record.header("ce_subject")) == (b"/mailroom/watch-folder", b"a.txt")


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (Journal, "intend"),
        (MemoryRawLog, "append"),
        (Watcher, "_confirm"),
        (Inbox, "is_here"),
        (Inbox, "finish"),
    ],
    ids=["before-intention", "before-write", "before-confirmation", "before-moves", "before-first-move"],
)
def test_a_kill_anywhere_sends_nothing_twice(
    owner: type, method: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next process sends what the log has not, and moves what it has."""
    desk.drop("a.txt", "b.txt", "c.txt")
    with monkeypatch.context() as patch:
        patch.setattr(owner, method, die)
        with pytest.raises(Killed):
            desk.work()
    assert desk.work() == ()
    assert sorted(filter(None, desk.sent())) == [b"a.txt", b"b.txt", b"c.txt"]
    assert (desk.names("done"), desk.names(".")) == (["a.txt", "b.txt", "c.txt"], [])
    assert desk.watcher().journal.unfinished(State.INTENDED) == []
    assert desk.watcher().journal.unfinished(State.SENT) == []


def test_a_kill_between_two_moves_sends_nothing_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file is in `done/` already, the other is moved by the next process."""
    desk.drop("a.txt", "b.txt")
    finish: Callable[[Inbox, str], Path] = Inbox.finish

    def finish_one(inbox: Inbox, name: str) -> Path:
        if name == "b.txt":
            raise Killed
        return finish(inbox, name)

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "finish", finish_one)
        with pytest.raises(Killed):
            desk.work()
    desk.work()
    assert (desk.sent(), desk.names("done")) == ([b"a.txt", b"b.txt"], ["a.txt", "b.txt"])


@pytest.mark.parametrize("outage", ["before", "after"])
def test_an_outage_sends_nothing_twice(outage: str, desk: Desk) -> None:
    """Whether the write that failed has happened is asked of the log."""
    desk.drop("a.txt")
    watcher = desk.watcher()
    desk.log.outage = outage
    with pytest.raises(LogUnavailable):
        desk.work(watcher)
    watcher.recover()
    watcher.step()
    assert (desk.sent(), desk.names("done")) == ([b"a.txt"], ["a.txt"])


def test_a_file_that_was_replaced_after_a_kill_is_another_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old content is in the log already, the new one follows under its own id."""
    desk.drop("a.txt")
    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "is_here", die)
        with pytest.raises(Killed):
            desk.work()
    (desk.folder / "a.txt").write_text("new content")
    desk.work()
    assert desk.sent() == [b"a.txt", b"new content"]
    assert len({document_id(record) for record in desk.log.log.topics["documents.raw"]}) == 2


def test_a_file_written_to_while_it_is_sent_stays_and_is_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in `done/` is what was sent."""
    desk.drop("a.txt")
    append = MemoryRawLog.append

    def append_late(log: MemoryRawLog, records: object) -> object:
        (desk.folder / "a.txt").write_text("another version")
        return append(log, records)  # type: ignore[arg-type]

    watcher = desk.watcher()
    with monkeypatch.context() as patch:
        patch.setattr(MemoryRawLog, "append", append_late)
        desk.work(watcher)
    assert (desk.names("done"), desk.names(".")) == ([], ["a.txt"])
    desk.work(watcher)
    assert desk.sent() == [b"a.txt", b"another version"]
    assert (desk.folder / "done" / "a.txt").read_text() == "another version"


def test_the_same_file_taken_out_of_done_is_another_document(desk: Desk) -> None:
    """Whoever puts it back wants it sent again."""
    desk.drop("a.txt")
    desk.work()
    (desk.folder / "done" / "a.txt").rename(desk.folder / "a.txt")
    desk.work()
    assert desk.sent() == [b"a.txt", b"a.txt"]
    assert len({document_id(record) for record in desk.log.log.topics["documents.raw"]}) == 2


def test_what_the_log_refuses_fails_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its neighbours are sent; it lies in `failed/` with the reason."""
    monkeypatch.setattr("ingest.watch.watcher.stable_id", lambda name, *_: name)
    desk.log.refused = frozenset({"b.txt"})
    desk.drop("a.txt", "b.txt", "c.txt")
    desk.work()
    assert (desk.sent(), desk.names("done")) == ([b"a.txt", b"c.txt"], ["a.txt", "c.txt"])
    assert desk.names("failed") == ["b.txt", "b.txt.reason.txt"]
    assert Failed("b.txt", "refused by the log: too large") in desk.outcomes


def test_a_link_is_not_followed(desk: Desk) -> None:
    """It could lead to what the sender may not read, but the watcher may."""
    (desk.folder / "link").symlink_to("/etc/hostname")
    desk.work()
    assert (desk.sent(), desk.names("failed")) == ([], ["link", "link.reason.txt"])


def test_an_empty_file_is_sent(desk: Desk) -> None:
    """The stream gives it a reason; nothing is dropped at the door."""
    (desk.folder / "empty").touch()
    desk.work()
    assert desk.sent() == [b""]


def test_a_large_file_goes_by_reference(desk: Desk) -> None:
    """Its bytes are in the store, the record is empty."""
    (desk.folder / "large").write_bytes(b"x" * 101)
    desk.work()
    (record,) = desk.log.log.topics["documents.raw"]
    assert (record.value, record.header("ce_dataref")) == (b"", b"memory://1")


def test_a_full_store_holds_up_large_files_only(desk: Desk) -> None:
    """The small one is sent, the large one stays until there is room."""

    class FullStore:
        def put(self, _data: bytes, /) -> str:
            raise StoreUnavailable("no room")

    (desk.folder / "a-large").write_bytes(b"x" * 101)
    desk.drop("small")
    watcher = desk.watcher()
    watcher.intake, intake = replace(desk.intake, store=FullStore()), desk.intake
    with pytest.raises(StoreUnavailable):
        desk.work(watcher)
    assert (desk.sent(), desk.names(".")) == ([b"small"], ["a-large"])
    watcher.intake = intake
    assert watcher.step() == ()
    assert (desk.sent(), desk.names("failed")) == ([b"small", b""], [])


def test_many_files_go_in_bounded_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether by number or by bytes, all arrive; asked to stop, the watcher ends between two batches."""
    monkeypatch.setattr("ingest.watch.watcher.BATCH_DOCUMENTS", 2)
    desk.drop("a", "b", "c", "d", "e")
    watcher = desk.watcher()
    watcher.stopping = lambda: len(desk.sent()) == 4
    desk.work(watcher)
    assert desk.sent() == [b"a", b"b", b"c", b"d"]
    desk.work()
    assert desk.sent() == [b"a", b"b", b"c", b"d", b"e"]


def test_a_file_in_a_folder_of_the_folder_is_none_of_ours(desk: Desk) -> None:
    """Only what is dropped directly is picked up."""
    (desk.folder / "sub").mkdir()
    desk.drop("sub/a.txt")
    desk.work()
    assert desk.sent() == []


def test_an_unreadable_file_fails_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies in `failed/` with the system's own words."""
    allowed = os.open

    def forbid(path: str | Path, *arguments: int) -> int:
        if Path(path).name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return allowed(path, *arguments)

    desk.drop("a.txt", "b.txt")
    with monkeypatch.context() as patch:
        patch.setattr("ingest.watch.inbox.os.open", forbid)
        desk.work()
    assert (desk.sent(), desk.names("failed")) == ([b"b.txt"], ["a.txt", "a.txt.reason.txt"])
    reason = (desk.folder / "failed" / "a.txt.reason.txt").read_text()
    assert reason == "cannot be read: Permission denied\n"
