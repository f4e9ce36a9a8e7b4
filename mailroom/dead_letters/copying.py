"""What is sent again for a dead letter: pure functions of the letter and its original.

A letter goes back to the topic in which its stage had read it: there every other stage before that has done its work
already, and a part of a mail does not bring its whole mail with it.
"""

from dataclasses import dataclass

from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.records import Header, Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.letters import attempt, identifier
from mailroom.streams.clock import rfc3339

WAYS_BACK = frozenset({Topic.RAW, Topic.TEXT, Topic.SCANNED})
"""A header may name any topic; only a stage's input is read or written for it."""

ORIGINAL = "original"
DEAD_LETTER = "dead-letter"

LOST_HEADERS = "repeated headers but the last of each, headers without a value, the order of headers"
LOST_TIME = "the time of receipt, for which that of the dead letter stands"


@dataclass(frozen=True, slots=True)
class Copy:
    """What is sent again.

    Attributes:
        record: For the topic in which the letter's stage had read it.
        taken_from: `original`, or `dead-letter` where the log no longer has that, or never had.
        lost: What of the original may be missing in it.
    """

    record: Record
    taken_from: str
    lost: tuple[str, ...] = ()


def leads_back(letter: Record) -> bool:
    """Whether its headers name a topic that a stage reads."""
    return read_failure(letter).position.topic in WAYS_BACK


def copy_of(letter: Record, original: Record | None) -> Copy:
    """The copy of a letter that leads back.

    Args:
        letter: As read from `documents.dead-letter`.
        original: What lies where its headers point, if anything does. Another record than the letter's own does not
            count: a mail whose part failed, or a stranger's where a topic was made anew.
    """
    if original is not None and (original.key, original.value) == (letter.key, letter.value):
        return Copy(_again(letter, original, original.headers), ORIGINAL)
    kept = tuple(header for header in letter.headers if not header[0].startswith(h.ERROR_PREFIX))
    return Copy(_again(letter, letter, kept), DEAD_LETTER, _lost(letter))


def _again(letter: Record, source: Record, headers: tuple[Header, ...]) -> Record:
    """Named and dated as its stage did it, so that what has no headers remains the same document elsewhere."""
    kept = tuple(header for header in headers if header[0] != h.REDRIVE)
    target = read_failure(letter).position.topic
    added: tuple[Header, ...] = ((h.REDRIVE, str(attempt(letter) + 1).encode()),)
    if target == Topic.RAW:
        added = (*_missing(letter, source), *added)
    return Record(target, source.key, source.value, kept + added)


def _missing(letter: Record, source: Record) -> tuple[Header, ...]:
    named = () if source.header(h.ID) is not None else ((h.ID, identifier(letter).encode()),)
    if source.header(h.TIME) is not None or source.timestamp is None:
        return named
    return (*named, (h.TIME, rfc3339(source.timestamp).encode()))


def _lost(letter: Record) -> tuple[str, ...]:
    """Only Flink keeps headers as a map, and a part of a mail was made there: it never had others."""
    if read_failure(letter).position.topic != Topic.RAW or letter.header(h.PARENT_ID) is not None:
        return ()
    return (LOST_HEADERS,) if letter.header(h.TIME) is not None else (LOST_HEADERS, LOST_TIME)
