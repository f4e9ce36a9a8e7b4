"""Messages go out: to each receiver on its own, so that one that hangs keeps nobody else waiting.

To a receiver that answers well some messages are under way at a time; to one that does not, a single one, until it
answers again. Everything is in the database: who is ended here and now leaves nothing but leases, which run out.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from departments.delivery import outbox
from departments.delivery.channels import Channel
from departments.delivery.errors import NotDelivered
from departments.delivery.measuring import DeliveryMetrics
from departments.delivery.messages import Message
from departments.delivery.outbox import Lane
from departments.delivery.patience import next_pause
from departments.delivery.writes import GroupedWrites
from departments.store.engine import DatabaseUnavailable, Store
from mailroom.desk_settings import DeliverySettings
from mailroom.streams.clock import Clock

LOOK_SECONDS = 0.25
"""Between two looks at what is due."""
OUTAGE_SECONDS = 5.0
"""Until the database is asked again."""
LEASE_MARGIN_SECONDS = 10.0
"""How much longer than a try may take a message is its claimant's alone."""
UNKNOWN = "nobody knows the document any more"

log = structlog.get_logger("departments.delivery")


@dataclass(frozen=True, slots=True)
class Office:
    """What all receivers are served from.

    Attributes:
        store: The departments' database.
        writes: Into it.
        settings: How patient to be.
        clock: Says what is due.
        metrics: Told of each try.
    """

    store: Store
    writes: GroupedWrites
    settings: DeliverySettings
    clock: Clock
    metrics: DeliveryMetrics

    def now(self) -> datetime:
        """The present."""
        return datetime.fromtimestamp(self.clock.now(), UTC)


class Receiver:
    """Serves one receiver.

    Args:
        lane: Its desk and channel.
        channel: Tells it.
        office: What it is served from.
    """

    def __init__(self, lane: Lane, channel: Channel, office: Office) -> None:
        self._lane = lane
        self._channel = channel
        self._office = office
        self._lease = timedelta(seconds=channel.longest_seconds + LEASE_MARGIN_SECONDS)
        self._width = 1

    async def serve(self, stop: asyncio.Event) -> None:
        """Tell it what is due, until `stop` is set."""
        while not stop.is_set():
            try:
                sent = await self.turn()
                pause = 0.0 if sent else LOOK_SECONDS
            except DatabaseUnavailable as error:
                log.warning("deliveries wait for the database", desk=self._lane[0], error=str(error))
                pause = OUTAGE_SECONDS
            await pause_for(stop, pause)

    async def turn(self) -> int:
        """Tell it what is due now, as much at a time as it takes well.

        Returns:
            How many messages were tried.

        Raises:
            DatabaseUnavailable: The database does not answer; what was sent and could not be marked is sent again.
        """
        messages = await self._claim()
        outcomes = await asyncio.gather(*map(self._try, messages), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        if not all(outcomes):
            self._width = 1
        elif len(messages) == self._width:
            self._width = min(self._width * 2, self._office.settings.at_a_time)
        return len(messages)

    async def _claim(self) -> tuple[Message, ...]:
        if not await asyncio.to_thread(
            self._is_due
        ):  # most looks find nothing, and need not wait for who writes
            return ()
        return await self._office.writes.do(self._claimed)

    def _is_due(self) -> bool:
        with self._office.store.reading() as session:
            return outbox.is_due(session, self._lane, self._office.now())

    def _claimed(self, session: Session) -> tuple[Message, ...]:
        claim = outbox.claim(session, self._lane, self._width, self._office.now(), self._lease)
        outbox.give_up(session, claim.orphans, UNKNOWN)
        return claim.messages

    async def _try(self, message: Message) -> bool:
        try:
            await self._channel.deliver(message)
        except NotDelivered as error:
            await self._failed(message, error)
            return False
        except Exception as error:  # a message that hits a bug must not keep all others waiting
            log.exception("delivery hit a bug", delivery=message.id)
            await self._failed(
                message, NotDelivered(f"a bug of Mailroom's ({type(error).__name__}): its log says where")
            )
            return False
        now = self._office.now()
        await self._office.writes.do(lambda session: outbox.mark_sent(session, message.id, now))
        self._tell("sent", message)
        return True

    async def _failed(self, message: Message, error: NotDelivered) -> None:
        pause, reason = self._pause(message, error), str(error)
        if pause is None:
            await self._office.writes.do(lambda session: outbox.give_up(session, [message.id], reason))
        else:
            until = self._office.now() + timedelta(seconds=pause)
            await self._office.writes.do(lambda session: outbox.put_off(session, message.id, until, reason))
        self._tell("put off" if pause is not None else "dead", message, reason=reason)

    def _pause(self, message: Message, error: NotDelivered) -> float | None:
        if error.final:
            return None
        patience = self._office.settings.give_up_hours * 3600
        return next_pause(message.attempts, give_up_after=patience, retry_after=error.retry_after)

    def _tell(self, outcome: str, message: Message, **more: str) -> None:
        desk, channel = self._lane
        self._office.metrics.tried(desk, channel, outcome)
        say = log.warning if more else log.info
        say(
            f"delivery {outcome}",
            delivery=message.id,
            document=message.facts.id,
            desk=desk,
            channel=channel,
            event_type=message.event,
            attempts=message.attempts,
            **more,
        )


async def pause_for(stop: asyncio.Event, seconds: float) -> None:
    """Wait; `stop` ends it."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
