"""The id of a dropped file."""

import pytest

from ingest.watch.identity import stable_id
from ingest.watch.observations import Fingerprint

MARK = Fingerprint(7, 5, 1_000)


def test_the_same_file_has_the_same_id_in_every_release() -> None:
    """A restart after an upgrade must find what it sent before: the literal may never change."""
    assert stable_id("a.txt", "ab" * 32, MARK) == "1ae3e62b-d6fd-59c1-bdfb-602479b5d80c"


@pytest.mark.parametrize(
    "other",
    [
        stable_id("b.txt", "ab" * 32, MARK),
        stable_id("a.txt", "cd" * 32, MARK),
        stable_id("a.txt", "ab" * 32, Fingerprint(8, 5, 1_000)),
        stable_id("a.txt", "ab" * 32, Fingerprint(7, 5, 1_001)),
        stable_id("a.txt", "ab" * 32, MARK, occurrence=1),
    ],
    ids=["name", "content", "inode", "time", "occurrence"],
)
def test_another_drop_has_another_id(other: str) -> None:
    """Name, content, identity on disk, time of writing and repetition all count."""
    assert other != stable_id("a.txt", "ab" * 32, MARK)


def test_a_name_that_is_not_unicode_has_an_id() -> None:
    """File names are bytes."""
    assert len(stable_id("\udcff", "ab" * 32, MARK)) == 36
