"""`mailroom receive topic`: documents from records of another system."""

import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest.content import Intake
from ingest.receiving.patience import keep_on
from ingest.receiving.wiring import Wiring, wired
from ingest.stopping import stop_on_signals
from ingest.tally import Tally
from ingest.topic.crossing import Crossing
from ingest.topic.door import Door
from ingest.topic.mapping import Mapping, read_mapping
from mailroom import profiles, readiness
from mailroom.objects import ObjectStore
from mailroom.settings import load_settings
from mailroom.streams.base import Exchange
from mailroom.streams.clock import SystemClock
from mailroom.streams.errors import StreamError
from mailroom.streams.kafka import KafkaReader, require_broker
from mailroom.streams.kafka_exchange import KafkaExchange
from mailroom.terminal import emit, messages

ASSIGNMENT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `receive topic`."""

    mapping: Path
    instance: str | None = None
    profile: str | None = None
    once: bool = False
    as_json: bool = False


def run(request: Request) -> int:
    """Receive, and return the exit status."""
    mapping = read_mapping(request.mapping)
    settings = profiles.resolve(request.profile, load_settings())
    tally, wiring = Tally(quiet=request.as_json), wired(settings)
    with (
        stop_on_signals() as stop,
        closing(_exchange(request, mapping, wiring)) as exchange,
    ):
        objects = wiring.settings.objects
        intake = Intake(ObjectStore(objects.uri), objects.inline_limit)
        door = Door(exchange, mapping, intake, SystemClock(), tally, tally.add)
        readiness.announce()
        if not request.once and not request.as_json:
            messages().out(
                f"receiving from topics {', '.join(mapping.topics)}; Ctrl-C ends it", highlight=False
            )
        _work(door, stop, once=request.once)
    summary = f"{tally.sent_count} sent, {tally.failed_count} dead-lettered"
    emit(
        tally.document(),
        as_json=request.as_json,
        render=lambda console: console.out(summary, highlight=False),
    )
    return 1 if request.once and tally.failed_count else 0


def _exchange(request: Request, mapping: Mapping, wiring: Wiring) -> Exchange:
    """Transactions within one cluster; positions after acknowledgements between two, or into another log."""
    own = wiring.settings.kafka
    source = mapping.kafka or own
    require_broker(source)
    _require_topics(mapping, wiring)
    if source.bootstrap == own.bootstrap and wiring.settings.log == "kafka":
        instance = request.instance or f"{socket.gethostname()}-{'-'.join(mapping.topics)}"
        return KafkaExchange(own, mapping.topics, mapping.group, instance)
    return Crossing(source, mapping.topics, mapping.group, wiring.sink)


def _require_topics(mapping: Mapping, wiring: Wiring) -> None:
    """A topic that is not there would be waited for in silence.

    Raises:
        StreamError: One is not.
    """
    try:
        KafkaReader(mapping.kafka or wiring.settings.kafka, mapping.topics).close()
    except StreamError as error:
        raise StreamError(f"{error}: look at topics and kafka of the mapping") from error


def _work(door: Door, stop: threading.Event, *, once: bool) -> None:
    started = time.monotonic()

    def step() -> bool:
        if door.step() or not once:
            return True
        if not door.exchange.behind() and time.monotonic() - started > ASSIGNMENT_SECONDS:
            raise StreamError("the group gave this instance no partition: other members have them all")
        return not door.drained()

    keep_on(step, "topic", stop, once=once)
