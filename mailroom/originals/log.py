"""The real log, as far as cleaning asks it."""

from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.contracts.records import Record
from mailroom.originals.cleaning import Cleaning
from mailroom.originals.references import TOPICS
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import require_broker
from mailroom.streams.kafka_snapshot import KafkaSnapshot

MIB = 1024 * 1024


@contextmanager
def opened(kafka: KafkaSettings) -> Iterator[Iterator[Record]]:
    """All records that may refer to an original; each topic is read when it is asked for.

    Raises:
        LogUnavailable: No broker answers.
        StreamError: A topic is missing, so that nobody can know what it would refer to.
    """
    require_broker(kafka)
    snapshot = KafkaSnapshot(kafka)
    try:
        yield (record for topic in TOPICS for record in snapshot.records(topic))
    finally:
        snapshot.close()


def sentence(done: Cleaning) -> str:
    """What a person reads."""
    verb = "would be removed" if done.dry_run else "removed"
    return (
        f"{done.removed:,} of {done.objects:,} files {verb} ({done.removed_bytes / MIB:,.1f} MiB, "
        f"{done.unfinished:,} of them unfinished); {done.referred_to:,} old ones are still referred to"
    )
