"""Several processes send at once, on either database: no message is claimed twice, none is left."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from departments.delivery import outbox, selecting
from departments.delivery.outbox import Lane
from departments.delivery.selecting import Selection
from departments.store.engine import Store, open_store
from departments.store.tables import DEAD, RECALLED, SENT
from mailroom.settings import Settings
from tests.servers.deliveries import DESK, START, add, delivery

LANE: Lane = (DESK, "webhook")
COUNT = 100
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)


def drained(settings: Settings) -> list[str]:
    """What one sender claims and marks until nothing is due."""
    store, found = open_store(settings.desks), list[str]()
    while True:
        with store.writing() as session:
            claim = outbox.claim(session, LANE, 4, START + SECOND, LEASE)
        for message in claim.messages:
            with store.writing() as session:
                outbox.mark_sent(session, message.id, START + SECOND)
        found += [message.id for message in claim.messages]
        if not claim.messages:
            store.close()
            return found


def test_no_message_is_claimed_twice(settings: Settings, store: Store) -> None:
    """By four senders that know nothing of each other."""
    due = {add(store, number) for number in range(1, COUNT + 1)}
    with ThreadPoolExecutor(4) as executor:
        found = Counter[str]()
        for each in executor.map(drained, [settings] * 4):
            found.update(each)
    assert found == Counter(due)


def test_the_outbox_is_alike_on_both(store: Store) -> None:
    """Order, leases, what is called back, what is due to nobody, and counts."""
    assigned, recalled = add(store), add(store, event=RECALLED, revision=1)
    stray = add(store, 2, desk="gone")
    with store.writing() as session:
        assert outbox.is_due(session, LANE, START)
        claim = outbox.claim(session, LANE, 10, START, LEASE)
    assert [message.id for message in claim.messages] == [assigned]
    with store.writing() as session:
        outbox.put_off(session, assigned, START + SECOND, "busy")
        assert outbox.strays(session, [LANE]) == (("gone", "webhook"),)
        assert outbox.give_up_lane(session, ("gone", "webhook"), "no such desk") == 1
    with store.writing() as session:
        assert not outbox.is_due(session, LANE, START)
        outbox.mark_sent(session, assigned, START)
        assert selecting.call_back(session, Selection(states=(DEAD,)), START) == (stray,)
    with store.reading() as session:
        assert selecting.counted(session, Selection(desks=(DESK,))) == {"due": 1, "sent": 1}
        assert [found.id for found in selecting.listed(session, Selection(states=(SENT,)), 5)] == [assigned]
        assert selecting.undone(session) == {(DESK, "webhook", "due"): 1, ("gone", "webhook", "due"): 1}
        assert outbox.is_due(session, LANE, START)
    assert delivery(store, recalled).attempts == 0
