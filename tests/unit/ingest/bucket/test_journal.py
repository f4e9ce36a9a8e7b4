"""What a listing has settled."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.bucket.client import Found
from ingest.bucket.journal import Journal
from ingest.bucket.receiving import Request, check, journal_file
from ingest.errors import SourceRefused
from mailroom.contracts.errors import UsageError

ITEM = Found("in/a.txt", "abc", 3, "2026-01-01T00:00:00+00:00")


def test_what_was_received_stays_so_until_it_is_written_anew(tmp_path: Path) -> None:
    """Also over a restart."""
    journal = Journal(tmp_path / "deep" / "journal", attempts=2)
    journal.note([ITEM], [])
    journal.close()
    journal = Journal(tmp_path / "deep" / "journal", attempts=2)
    assert journal.fate(ITEM) is True
    assert journal.fate(replace(ITEM, stamp="2026-01-02T00:00:00+00:00")) is None
    journal.close()


def test_what_failed_is_tried_as_often_as_it_may(tmp_path: Path) -> None:
    """Another writing of it begins to count anew."""
    journal = Journal(tmp_path / "journal", attempts=2)
    journal.note([], [ITEM])
    assert journal.fate(ITEM) is None
    journal.note([], [ITEM])
    assert journal.fate(ITEM) is False
    other = replace(ITEM, etag="def")
    journal.note([], [other])
    assert journal.fate(other) is None
    journal.close()


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In a line, with its place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceRefused, match=r"the journal .*file/journal cannot be used"):
        Journal(tmp_path / "file" / "journal", attempts=2)


def test_buckets_and_prefixes_have_journals_of_their_own() -> None:
    """A second door does not read the first one's."""
    files = {journal_file(Request("a")), journal_file(Request("b")), journal_file(Request("a", prefix="in/"))}
    assert len(files) == 3


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("a", prefix="in/", queue_url="q"), "filter in the bucket's notification"),
        (Request("a", prefix="in/x/", move_to="in/"), "a prefix of its own"),
        (Request("a", move_to=""), "a prefix of its own"),
    ],
)
def test_what_cannot_be_meant_is_refused(request_: Request, said: str) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError, match=said):
        check(request_)
