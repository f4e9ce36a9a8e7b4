"""The law of conservation over a long time: `make soak` for ten minutes, CI for thirty seconds."""

import itertools
import os
import time
from collections.abc import Callable

import pytest

from mailroom.embedded.state import SystemState
from mailroom.following.follower import Follower
from mailroom.following.ledger import Ledger
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink
from tests.disruption.world import kill, send, within

SECONDS = float(os.environ.get("SOAK_SECONDS", "30"))
BATCH = 100
EVERY = 1.0  # seconds between batches
KILL_EVERY = (
    35.0  # seconds; each service then runs for more than a minute, which the supervisor calls healthy
)

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.flink,
    pytest.mark.soak,
    pytest.mark.timeout(SECONDS + 600),
]


def test_the_books_balance_after_a_steady_stream_with_kills(up: SystemState) -> None:
    """A hundred documents a second, one in a hundred broken, one in a hundred twice; services die in turn."""
    kafka = KafkaSettings(bootstrap=up.bootstrap)
    ledger = Ledger()
    follower = Follower(KafkaReader(kafka, Follower.topics), ledger, lambda _: None)
    sink, sent, victims = KafkaSink(kafka), 0, itertools.cycle(("classifier", "flink"))
    begun = next_kill = time.monotonic()
    while time.monotonic() < begun + SECONDS:
        send(sink, range(sent, sent + BATCH))
        sent += BATCH
        if time.monotonic() >= next_kill:
            kill(next(victims))
            next_kill += KILL_EVERY
        follower.until(elapsed(EVERY))
    follower.until(within(lambda: ledger.settled(sent, sent + sent // BATCH)))
    assert (ledger.lost, ledger.doubled, ledger.duplicates) == (set(), set(), sent // BATCH)


def elapsed(seconds: float) -> Callable[[], bool]:
    """Whether so much time has passed since this call."""
    due = time.monotonic() + seconds
    return lambda: time.monotonic() >= due
