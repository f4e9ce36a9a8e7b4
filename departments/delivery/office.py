"""All receivers are served, as a part of `mailroom departments run`."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import structlog

from departments.delivery import channels, outbox, selecting
from departments.delivery.channels import Means
from departments.delivery.measuring import DeliveryMetrics
from departments.delivery.originals import Originals
from departments.delivery.outbox import Lane
from departments.delivery.sending import OUTAGE_SECONDS, Office, Receiver, pause_for
from departments.delivery.writes import GroupedWrites
from departments.store.engine import DatabaseUnavailable, Store
from mailroom.desk_settings import DesksSettings
from mailroom.objects import ObjectStore
from mailroom.streams.clock import Clock, SystemClock

HOUSEKEEPING_SECONDS = 15.0
"""Between two looks for what is due to receivers that no settings name, and counts of what is not done."""
STOP_LOOK_SECONDS = 0.1
GRACE_SECONDS = 5.0
"""For what is under way when it is time to end; what does not arrive by then is sent again."""
THREADS = 8

log = structlog.get_logger("departments.delivery")


def run_deliveries(
    store: Store,
    settings: DesksSettings,
    objects: ObjectStore,
    stop: threading.Event,
    *,
    clock: Clock | None = None,
    metrics: DeliveryMetrics | None = None,
) -> None:
    """Send what is due until `stop` is set; for a thread of its own.

    Args:
        store: The departments' database.
        settings: The desks and their receivers.
        objects: Where originals are kept.
        stop: Ends it, within some seconds.
        clock: Says what is due.
        metrics: Told of each try.

    Raises:
        UsageError: A receiver's settings cannot be right.
    """
    office = Office(
        store,
        GroupedWrites(store),
        settings.delivery,
        clock or SystemClock(),
        metrics or DeliveryMetrics(),
    )
    asyncio.run(_run(office, settings, Originals(objects), stop))


async def _run(office: Office, settings: DesksSettings, originals: Originals, stop: threading.Event) -> None:
    ending = asyncio.Event()
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")
    async with AsyncExitStack() as stack:
        stack.callback(executor.shutdown, wait=False, cancel_futures=True)
        means = Means(originals, settings.mail, executor, office.clock)
        found = await channels.opened(stack, settings, means)
        work = [Receiver(lane, channel, office).serve(ending) for lane, channel in found.items()]
        tasks = [asyncio.create_task(each) for each in (*work, _keep_house(office, tuple(found), ending))]
        await _until(stop, tasks)
        ending.set()
        await _ended(tasks)


async def _until(stop: threading.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for the end, or for a task that fails, which ends all."""
    while not stop.is_set():
        done, _ = await asyncio.wait(tasks, timeout=STOP_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in late:
        task.cancel()
    if late:
        log.warning("receivers did not answer before the end; they are told again", receivers=len(late))
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


async def _keep_house(office: Office, lanes: Sequence[Lane], stop: asyncio.Event) -> None:
    while not stop.is_set():
        pause = HOUSEKEEPING_SECONDS
        try:
            await asyncio.to_thread(_give_up_strays, office, lanes)
            await asyncio.to_thread(_count, office)
        except DatabaseUnavailable:
            pause = OUTAGE_SECONDS
        await pause_for(stop, pause)


def _give_up_strays(office: Office, lanes: Sequence[Lane]) -> None:
    """What is due to a receiver that was taken out of the settings would else be due for ever, and nobody be told."""
    with office.store.reading() as session:
        found = outbox.strays(session, lanes)
    if not found:
        return
    with office.store.writing() as session:
        for desk, channel in found:
            reason = f"the settings name no {channel} of {desk} (desks.at.{desk}.{channel})"
            dead = outbox.give_up_lane(session, (desk, channel), reason)
            log.warning("deliveries dead", desk=desk, channel=channel, reason=reason, deliveries=dead)


def _count(office: Office) -> None:
    with office.store.reading() as session:
        office.metrics.undone(selecting.undone(session))
