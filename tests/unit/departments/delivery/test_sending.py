"""Receivers are served from a real database, by a real server, in a time that the test moves."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import func, make_url, select

from departments.delivery.measuring import DeliveryMetrics
from departments.delivery.office import run_deliveries
from departments.delivery.sending import Office, Receiver
from departments.delivery.webhook import WebhookChannel
from departments.delivery.writes import GroupedWrites
from departments.store.engine import Store, connect
from departments.store.tables import DEAD, DUE, SENT, Delivery, Document
from mailroom.desk_settings import DesksSettings
from mailroom.streams.clock import FakeClock
from tests.servers import hooks
from tests.servers.deliveries import DESK, START, add, delivery, kept, opened


@dataclass
class World:
    """One desk with a webhook."""

    store: Store
    settings: DesksSettings
    clock: FakeClock
    hook: hooks.Hook
    registry: CollectorRegistry
    metrics: DeliveryMetrics

    def counted(self, outcome: str) -> float | None:
        """Tries that ended so, as Prometheus reads them."""
        labels = {"desk": DESK, "channel": "webhook", "outcome": outcome}
        return self.registry.get_sample_value("mailroom_delivery_tries_total", labels)

    def next_due(self) -> float:
        """When something is due, in seconds since the epoch; never, where nothing is."""
        with self.store.reading() as session:
            found = session.scalar(select(func.min(Delivery.next_at)).where(Delivery.state == DUE))
        return float("inf") if found is None else found.timestamp()

    def turns(self, seconds: float = 0.0) -> None:
        """Send what becomes due within a time, which passes at once."""
        webhook = self.settings.of(DESK).webhook
        assert webhook is not None

        async def work() -> None:
            writes = GroupedWrites(self.store)
            office = Office(self.store, writes, self.settings.delivery, self.clock, self.metrics)
            async with WebhookChannel(webhook, self.clock) as channel:
                receiver = Receiver((DESK, "webhook"), channel, office)
                end = self.clock.now() + seconds
                while True:
                    while await receiver.turn():
                        pass
                    self.clock.time = max(self.clock.time, min(self.next_due(), end))
                    if self.clock.time >= end:
                        return

        asyncio.run(work())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A desk, its receiver, and a clock that stands still."""
    with hooks.listening() as hook:
        webhook = {"url": hook.url, "secret": hooks.SECRET, "internal": True, "timeout_seconds": 0.2}
        store, settings = opened(tmp_path, {"webhook": webhook})
        registry = CollectorRegistry()
        clock = FakeClock(START.timestamp())
        yield World(store, settings, clock, hook, registry, DeliveryMetrics(registry))
        store.close()


def test_what_is_due_is_sent_once(world: World) -> None:
    """And marked, with its time."""
    due = [add(world.store, number) for number in range(1, 6)]
    world.turns()
    world.turns()
    assert sorted(received.id for received in world.hook.received) == sorted(due)
    found = delivery(world.store, due[0])
    assert (found.state, found.attempts, found.sent_at) == (SENT, 1, START)


def test_a_receiver_that_answers_500_for_an_hour_gets_the_message_then(world: World) -> None:
    """Tried at growing pauses under one id, and nothing lost."""
    due, world.hook.status = add(world.store), 500
    world.turns(3600)
    tries = len(world.hook.received)
    found = delivery(world.store, due)
    assert (found.state, found.last_error) == (DUE, "the webhook answered 500")
    assert tries == 10
    world.hook.status = 200
    world.turns(3600)
    assert delivery(world.store, due).state == SENT
    assert len(world.hook.received) == tries + 1
    assert (world.counted("put off"), world.counted("sent")) == (10, 1)
    assert {received.id for received in world.hook.received} == {due}


def test_after_a_day_a_message_is_dead(world: World) -> None:
    """With 33 tries behind it; nothing of it is lost."""
    due, world.hook.status = add(world.store), 503
    world.turns(30 * 3600)
    found = delivery(world.store, due)
    assert (found.state, found.attempts, len(world.hook.received)) == (DEAD, 33, 33)
    assert (world.counted("put off"), world.counted("dead")) == (32, 1)


def test_a_receiver_that_hangs_is_tried_again(world: World) -> None:
    """With one message at a time, so that little waits for it."""
    due = [add(world.store, number) for number in (1, 2, 3)]
    world.hook.answering.clear()
    world.turns()
    assert {delivery(world.store, each).state for each in due} == {DUE}
    assert delivery(world.store, due[0]).last_error == "the webhook did not answer within 0.2 s"
    world.hook.answering.set()
    world.turns(6)
    assert {delivery(world.store, each).state for each in due} == {SENT}


def test_a_receiver_that_is_not_there_is_tried_again(world: World) -> None:
    """Connections that nobody takes are no other matter than answers that say no."""
    webhook = {"url": "http://127.0.0.1:1/", "secret": hooks.SECRET, "internal": True}
    world.settings = DesksSettings.model_validate({"at": {DESK: {"webhook": webhook}}})
    due = add(world.store)
    world.turns()
    found = delivery(world.store, due)
    assert (found.state, found.attempts) == (DUE, 1)
    assert found.next_at > START + timedelta(seconds=4)


def test_what_the_receiver_does_not_want_is_dead_at_once(world: World) -> None:
    """410 Gone is its last word."""
    due, world.hook.status = add(world.store), 410
    world.turns()
    assert (delivery(world.store, due).state, delivery(world.store, due).attempts) == (DEAD, 1)


def test_recalls_come_after_what_they_recall(world: World) -> None:
    """Also where both are due at once."""
    add(world.store)
    add(world.store, event="document.recalled", revision=1)
    world.turns()
    assert [received.event["type"] for received in world.hook.received] == [
        "document.assigned",
        "document.recalled",
    ]


def test_one_receiver_that_hangs_keeps_no_other(world: World, tmp_path: Path, until: Any) -> None:
    """Each is served on its own, and the end does not wait for it for long."""
    with hooks.listening() as slow:
        slow.answering.clear()
        fast = {"url": world.hook.url, "secret": hooks.SECRET, "internal": True}
        hung = {"url": slow.url, "secret": hooks.SECRET, "internal": True, "timeout_seconds": 1}
        settings = DesksSettings.model_validate(
            {"at": {DESK: {"webhook": fast}, "procurement": {"webhook": hung}}}
        )
        for number in range(1, 21):
            add(world.store, number)
        stuck = add(world.store, 21, desk="procurement")
        stray = add(world.store, 22, desk="sales", channel="folder")
        objects, _ = kept(tmp_path)
        stop = threading.Event()
        arguments = (world.store, settings, objects, stop)
        thread = threading.Thread(target=run_deliveries, args=arguments, kwargs={"metrics": world.metrics})
        thread.start()
        try:
            assert until(lambda: len(world.hook.received) == 20 and len(slow.received) == 1)
            assert until(lambda: delivery(world.store, stray).state == DEAD)
            lost = {"desk": "sales", "channel": "folder", "state": "dead"}
            assert until(lambda: world.registry.get_sample_value("mailroom_deliveries", lost) == 1)
        finally:
            stop.set()
            thread.join(30)
    assert not thread.is_alive()
    assert delivery(world.store, stuck).state == DUE
    assert (
        delivery(world.store, stray).last_error
        == "the settings name no folder of sales (desks.at.sales.folder)"
    )


def test_while_the_database_is_away_nothing_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], until: Any
) -> None:
    """It is asked again; and told to end, the work ends."""
    webhook = {"url": "http://127.0.0.1:1/", "secret": hooks.SECRET, "internal": True}
    settings = DesksSettings.model_validate({"at": {DESK: {"webhook": webhook}}})
    away = Store(connect(make_url("postgresql+psycopg://nobody@127.0.0.1:1/none")))
    stop, said = threading.Event(), StringIO()
    thread = threading.Thread(target=run_deliveries, args=(away, settings, kept(tmp_path)[0], stop))

    def waits() -> bool:
        said.write(capsys.readouterr().out)
        return "deliveries wait for the database" in said.getvalue()

    thread.start()
    try:
        assert until(waits)
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


@pytest.mark.security
def test_nothing_of_a_document_is_logged(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Not its file's name, nor where it lies, whether it arrives or not; nor are urls, which may hold tokens."""
    due = add(world.store, dataref="file:///dismissals/of-somebody")
    with world.store.writing() as session:
        session.get_one(Document, "document-1").file_name = "Dismissal of somebody.pdf"
    world.hook.status = 500
    world.turns()
    world.hook.status = 200
    world.turns(10)
    assert delivery(world.store, due).state == SENT
    said = capsys.readouterr()
    assert "delivery sent" in said.out
    assert "delivery put off" in said.out
    for secret in ("somebody", "dismissals", world.hook.url, hooks.SECRET):
        assert secret not in (said.out + said.err).replace(due, "")
