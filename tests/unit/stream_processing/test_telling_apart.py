"""What came before, without Flink: by the same rules as the job's statement."""

import json
from dataclasses import dataclass, field

import pytest

from mailroom.contracts.records import Position, Record
from mailroom.settings import SameContent
from stream_processing.routing import Routed
from stream_processing.telling_apart import Apart

PLACES = [Position("documents.raw", 3, 10**55 + number) for number in range(3)]


@dataclass
class Dictionary:
    """A memory."""

    known: dict[str, str] = field(default_factory=dict)

    def first(self, what: str, who: str) -> str:
        """Who came first."""
        return self.known.setdefault(what, who)


def routed(identifier: str, content: str | None = "c1", attempt: str | None = None) -> Routed:
    """A text that goes on."""
    record = Record("documents.text", identifier.encode(), b"text", (("ce_id", identifier.encode()),))
    return Routed(identifier, f"{attempt!r} {identifier}", record, content)


def test_a_repeated_id_leaves_a_reference_to_both() -> None:
    """The first goes on; the second is a duplicate that names the places of both, sequence numbers whole."""
    apart = Apart(Dictionary(), "link")
    assert apart.records([routed("a")], PLACES[0]) == [routed("a").record]
    [duplicate] = apart.records([routed("a")], PLACES[1])
    assert (duplicate.topic, duplicate.key) == ("documents.duplicates", b"a")
    assert json.loads(duplicate.value or b"") == {
        "id": "a",
        "first": {"topic": "documents.raw", "partition": 3, "offset": 10**55},
        "repeated": {"topic": "documents.raw", "partition": 3, "offset": 10**55 + 1},
        "schema_version": 1,
    }


def test_the_same_record_again_is_answered_as_before() -> None:
    """A stage that was killed reads it again: it is no repetition of itself."""
    apart = Apart(Dictionary(), "link")
    before = apart.records([routed("a"), routed("a~1", "c2")], PLACES[0])
    assert apart.records([routed("a"), routed("a~1", "c2")], PLACES[0]) == before


def test_another_try_is_no_repetition() -> None:
    """A redriven dead letter has another count."""
    apart = Apart(Dictionary(), "ignore")
    apart.records([routed("a", attempt=None)], PLACES[0])
    assert apart.records([routed("a", attempt="1")], PLACES[1]) == [routed("a").record]


@pytest.mark.parametrize(
    ("same_content", "topic", "header"),
    [
        ("link", "documents.text", b"a"),
        ("ignore", "documents.text", None),
        ("drop", "documents.duplicates", None),
    ],
)
def test_the_same_content_under_another_id(
    same_content: SameContent, topic: str, header: bytes | None
) -> None:
    """It is linked, dropped or let through, by setting."""
    apart = Apart(Dictionary(), same_content)
    apart.records([routed("a")], PLACES[0])
    [second] = apart.records([routed("b")], PLACES[1])
    assert (second.topic, second.header("ce_duplicateof")) == (topic, header)
    if topic == "documents.duplicates":
        assert json.loads(second.value or b"")["duplicate_of"] == "a"


def test_a_dead_letter_is_nobodys_copy() -> None:
    """It has no content to compare."""
    apart = Apart(Dictionary(), "drop")
    apart.records([routed("a", content=None)], PLACES[0])
    assert apart.records([routed("b", content=None)], PLACES[1]) == [routed("b").record]
