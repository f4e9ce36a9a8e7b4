"""Dead letters as the page has them: the newest of them with counts by reason, and sent again on demand."""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from mailroom.contracts.errors import UsageError
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.asking import WRITER
from mailroom.dead_letters.letters import Letter, letter_of
from mailroom.dead_letters.redriving import Redrive, Redriven, marks
from mailroom.dead_letters.selection import Selection
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock
from mailroom.streams.kafka import require_broker
from mailroom.streams.kafka_snapshot import KafkaSnapshot
from mailroom.streams.kafka_transactions import KafkaTransactions

ANSWER_SECONDS = 5.0
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is.

    Attributes:
        letters: The newest that were not sent again yet.
        reasons: How many there are of each reason, of all.
        count: How many of the chosen reason, or of all.
    """

    letters: Sequence[Letter]
    reasons: Sequence[tuple[str, int]]
    count: int


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Reads and sends again.

    Attributes:
        settings: Which log.
    """

    settings: Settings

    def listed(self, reason: str = "") -> Listing:
        """Letters that were not sent again yet.

        Raises:
            LogUnavailable: The log does not answer.
            UsageError: The log is Kinesis.
        """
        counts: Counter[str] = Counter()

        def counted(letters: Iterator[Letter]) -> Iterator[Letter]:
            for letter in letters:
                counts[letter.failure.reason] += 1
                if not reason or letter.failure.reason == reason:
                    yield letter

        self._require_log()
        with closing(KafkaSnapshot(self.settings.kafka)) as log:
            newest = heapq.nlargest(SHOWN, counted(_open_letters(log)), key=_age)
        return Listing(newest, counts.most_common(), counts[reason] if reason else counts.total())

    def redrive(self, chosen: Selection) -> list[Redriven]:
        """Send letters again, each once; what became of each.

        Raises:
            UsageError: It is not said which; or the log is Kinesis.
            LogUnavailable: The log does not answer.
        """
        if chosen.everything:
            raise UsageError("choose letters, or a reason")
        self._require_log()
        writer = KafkaTransactions(self.settings.kafka, WRITER)
        with closing(KafkaSnapshot(self.settings.kafka)) as log:
            return list(Redrive(log, writer, SystemClock()).run(chosen))

    def _require_log(self) -> None:
        if self.settings.log != "kafka":
            raise UsageError("dead letters are shown of Kafka alone, not of Kinesis")
        require_broker(self.settings.kafka, ANSWER_SECONDS)


def _open_letters(log: KafkaSnapshot) -> Iterator[Letter]:
    marked = marks(log)
    for record in log.records(Topic.DEAD_LETTER):
        if str(record.position) not in marked:
            yield letter_of(record)


def _age(letter: Letter) -> tuple[float, int, int]:
    return (letter.at or 0.0, letter.place.partition, letter.place.offset)
