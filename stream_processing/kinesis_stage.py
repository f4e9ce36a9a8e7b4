"""Cleansing and routing on Kinesis: the same router as in the Flink job, in a plain process.

Flink's Kinesis connector knows neither a sink over several streams nor exactly-once writes, and none could be resolved
for Flink 2.3. What Flink's state remembers is remembered in a table; what its checkpoints do, `KinesisExchange` does.
"""

import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.failure_cap import ROUTING_FAULTS, FailureCap
from mailroom.objects import StoreUnavailable
from mailroom.readiness import announce
from mailroom.settings import Settings
from mailroom.streams import Exchange, WorkLost
from mailroom.streams.clock import Clock, SystemClock
from mailroom.streams.opening import with_inline_limit
from stream_processing.bootstrap import build_router
from stream_processing.outputs import STAGE
from stream_processing.telling_apart import Apart
from stream_processing.tracing import Routes

log = structlog.get_logger()

OUTPUTS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER, Topic.DUPLICATES)
BATCH = 200
POLL_SECONDS = 0.25
TRIES = 8
"""Batches lost in a row before the process gives up, and its supervisor starts it anew: 12.7 s in all."""


@dataclass(slots=True)
class Stage:
    """Reads raw documents, writes what the router makes of them.

    Attributes:
        exchange: The log.
        router: The rules.
        apart: What came before.
        cap: Stops a stage that fails at everything.
        clock: Waits.
    """

    exchange: Exchange
    router: Routes
    apart: Apart
    cap: FailureCap
    clock: Clock = field(default_factory=SystemClock)
    _lost: int = 0

    def step(self) -> int:
        """One batch.

        Returns:
            How many records were read, routed and committed.

        Raises:
            StageBroken: Too many failed for what is no fault of theirs; none of this batch is written.
            WorkLost: The log refuses batch after batch.
            StoreUnavailable: The object store has not answered for batch after batch.
            StreamError: Another instance has taken over, or the log is gone.
        """
        try:
            records = self.exchange.poll(BATCH, POLL_SECONDS)
            if not records:
                return 0
            outputs, cap = self._routed(records)
            self.exchange.commit(outputs)
        except (WorkLost, StoreUnavailable) as error:
            self._lose(error)
            return 0
        self._lost, self.cap = 0, cap
        return len(records)

    def _routed(self, records: Sequence[Record]) -> tuple[list[Record], FailureCap]:
        outputs: list[Record] = []
        failures: list[tuple[str | None, str]] = []
        for record in records:
            routed = self.router.route(record)
            failures += [each.failure for each in routed]
            outputs += self.apart.records(routed, record.position or Position(record.topic, -1, -1))
        return outputs, self.cap.after(failures)

    def _lose(self, error: WorkLost | StoreUnavailable) -> None:
        self.exchange.rewind()
        self._lost += 1
        log.warning("batch lost, reading it again", cause=str(error), losses=self._lost)
        if self._lost >= TRIES:
            raise error
        self.clock.sleep(0.05 * 2**self._lost)


def serve(settings: Settings) -> None:
    """Run the stage until SIGTERM or Ctrl-C, then finish the batch and leave.

    Raises:
        MailroomError: As `Stage.step`.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    settings = with_inline_limit(settings)
    router = build_router(settings)
    exchange = connect(settings)
    try:
        stage = Stage(exchange, router, _apart(settings), _cap(settings))
        announce()
        log.info("ready")
        while not stop.is_set():
            stage.step()
        log.info("stopping")
    finally:
        exchange.close()
        router.close()


def connect(settings: Settings) -> Exchange:
    """The stage's exchange with Kinesis.

    Raises:
        LogUnavailable: Nobody answers.
        StreamError: A stream is missing.
    """
    from mailroom.streams.kinesis import KinesisLog  # noqa: PLC0415 - AWS's client, which few need
    from mailroom.streams.kinesis_exchange import KinesisExchange  # noqa: PLC0415 - likewise

    kinesis = settings.kinesis
    return KinesisExchange(
        KinesisLog(kinesis, settings.objects.uri),
        [Topic.RAW],
        settings.stream.consumer_group,
        OUTPUTS,
        stage=STAGE,
        member=kinesis.member,
        members=kinesis.members,
    )


def _apart(settings: Settings) -> Apart:
    from mailroom.streams.kinesis_table import Firsts  # noqa: PLC0415 - likewise

    seconds = settings.stream.duplicate_window_hours * 3_600.0
    return Apart(
        Firsts(settings.kinesis, settings.stream.consumer_group, seconds), settings.stream.same_content
    )


def _cap(settings: Settings) -> FailureCap:
    failures = settings.failures
    return FailureCap("stream processing", ROUTING_FAULTS, failures.window, failures.share)
