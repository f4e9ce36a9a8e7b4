"""What the HTTP door remembers."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.http.entries import Entry, State
from ingest.http.errors import JournalUnusable
from ingest.http.following import outcomes, reached
from ingest.http.journal import Journal
from ingest.http.wire import state_of
from mailroom.contracts import headers as h
from mailroom.contracts.codec import encode
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import Duplicate, Failure, Position, Record
from mailroom.contracts.topics import Topic

AT = 1_767_225_600.0
LETTER = Entry("a", 0, AT, request="r", file_name="ü.txt", media_type="text/plain", size=5, sha256="0" * 64)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty one."""
    with closing(Journal(tmp_path / "journal.sqlite3")) as opened:
        yield opened


def test_it_survives_a_restart(tmp_path: Path) -> None:
    """All that was noted is there again."""
    noted = replace(LETTER, state=State.IN_LOG, position=Position(Topic.RAW, 1, 7), logged_at=AT + 1)
    with closing(Journal(tmp_path / "journal.sqlite3")) as before:
        before.receive([LETTER])
        before.logged([noted])
    with closing(Journal(tmp_path / "journal.sqlite3")) as after:
        assert after.find("a") == noted
        assert after.of_request("r") == [noted]
        assert after.find("b") is None


def test_an_outcome_that_came_before_the_acknowledgement_stays(journal: Journal) -> None:
    """The stream may be quicker than the door's own note; a second receipt changes nothing."""
    journal.receive([LETTER])
    journal.settle([Entry("a", 0, AT, State.LABELLED, label="invoice", settled_at=AT)], {})
    journal.logged([replace(LETTER, position=Position(Topic.RAW, 0, 0), logged_at=AT)])
    journal.receive([LETTER])
    found = journal.find("a")
    assert found is not None
    assert (found.state, found.label, found.position) == (
        State.LABELLED,
        "invoice",
        Position(Topic.RAW, 0, 0),
    )


def test_outcomes_of_strangers_are_not_kept(journal: Journal) -> None:
    """Documents of other doors, and their parts, are none of this journal's."""
    journal.receive([LETTER])
    found = [Entry(name, 0, AT, State.LABELLED) for name in ("b", "b~1", "ab~1", "a~1", "a~1~2")]
    journal.settle(found, {("documents.classified", 0): 5})
    assert [journal.find(name) is not None for name in ("b", "b~1", "ab~1")] == [False, False, False]
    assert [part.id for part in journal.parts("a")] == ["a~1", "a~1~2"]
    assert journal.followed() == {("documents.classified", 0): 5}


def test_a_container_is_told_by_its_parts(journal: Journal) -> None:
    """A document without a text of its own is opened, once a part of it was seen."""
    journal.receive([LETTER])
    journal.logged([replace(LETTER, position=Position(Topic.RAW, 0, 0), logged_at=AT)])
    entry = journal.find("a")
    assert entry is not None
    assert state_of(entry).state == "in-log"
    journal.settle([Entry("a~1", 1, AT, State.DEAD_LETTER, parent="a", reason="encrypted")], {})
    told = state_of(entry, journal.parts("a"))
    assert (told.state, told.parts[0].reason, told.parts[0].parent) == ("opened", "encrypted", "a")


def test_content_that_came_again_is_told(journal: Journal) -> None:
    """A document that was dropped for its content names the first; one whose id came again stays what it was."""
    journal.receive([LETTER])
    first = Position(Topic.RAW, 0, 0)
    told = []
    for again in (Duplicate("a", first, first), Duplicate("a", first, first, duplicate_of="z")):
        record = Record(Topic.DUPLICATES, b"a", encode(again), (), Position(Topic.DUPLICATES, 0, 0))
        journal.settle(list(outcomes([record], AT)), {})
        found = journal.find("a")
        assert found is not None
        told.append(state_of(found))
    assert [(one.state, one.duplicate_of) for one in told] == [("received", None), ("duplicate", "z")]


def test_what_is_old_is_forgotten(journal: Journal) -> None:
    """What came before a time goes, the rest stays."""
    journal.receive([LETTER, Entry("b", 0, AT + 10)])
    journal.prune(AT + 10)
    assert [journal.find(name) is None for name in ("a", "b")] == [True, False]


def test_a_journal_that_cannot_be_opened_says_the_mend(tmp_path: Path) -> None:
    """A folder in its place is an error in one line."""
    (tmp_path / "journal.sqlite3").mkdir()
    with pytest.raises(JournalUnusable, match="permissions"):
        Journal(tmp_path / "journal.sqlite3")


def test_a_dead_letter_of_a_part_brings_its_digest() -> None:
    """Of a part nobody else has told the digest; what is unreadable is left out, but counts as read."""
    failure = Failure("stream-processing", "encrypted", "locked", Position(Topic.RAW, 0, 0))
    part = Record(Topic.RAW, b"a~2", b"abc", ((h.ID, b"a~2"), (h.SUBJECT, b"x.pdf")))
    records = [
        replace(dead_letter(part, failure), position=Position(Topic.DEAD_LETTER, 0, 3)),
        Record(Topic.CLASSIFIED, b"x", b"no json", (), Position(Topic.CLASSIFIED, 1, 8)),
    ]
    (entry,) = outcomes(records, AT)
    assert (entry.id, entry.parent, entry.number, entry.reason) == ("a~2", "a", 2, "encrypted")
    assert entry.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert reached(records) == {(Topic.DEAD_LETTER, 0): 4, (Topic.CLASSIFIED, 1): 9}
