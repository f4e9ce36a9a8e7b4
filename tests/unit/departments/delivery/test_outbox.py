"""What is due, in a real database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from departments.delivery import outbox, selecting
from departments.delivery.outbox import Claim
from departments.delivery.selecting import Selection
from departments.store.engine import Store
from departments.store.tables import ASSIGNED, DEAD, DUE, RECALLED, SENT, Document
from tests.servers.deliveries import DESK, START, add, delivery, opened

LANE = (DESK, "webhook")
LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database of this test's own."""
    found, _ = opened(tmp_path, {})
    yield found
    found.close()


def claimed(store: Store, after: timedelta = SECOND, limit: int = 10) -> Claim:
    """Claim what is due some time after the start."""
    with store.writing() as session:
        return outbox.claim(session, LANE, limit, START + after, LEASE)


def ids(claim: Claim) -> list[str]:
    """Of its messages."""
    return [message.id for message in claim.messages]


def test_what_is_due_is_claimed_once(store: Store) -> None:
    """Until the lease has run out: then its holder is taken for dead."""
    due = add(store)
    assert ids(claimed(store)) == [due]
    assert ids(claimed(store, LEASE)) == []
    other = add(store, 2, next_at=START + SECOND)
    assert ids(claimed(store, LEASE, limit=1)) == [other]
    (again,) = claimed(store, LEASE + SECOND, limit=1).messages
    assert (again.id, again.attempts) == (due, 2)


def test_a_message_tells_of_the_document_as_it_is(store: Store) -> None:
    """A person's label comes before the model's."""
    add(store)
    with store.writing() as session:
        session.get_one(Document, "document-1").confirmed_label = "offer"
    (message,) = claimed(store).messages
    assert (message.facts.label, message.facts.predicted) == ("offer", "invoice")
    assert (message.at, message.event, message.desk) == (START, ASSIGNED, DESK)


def test_longest_due_first_and_no_more_than_asked(store: Store) -> None:
    """And nothing that is due later, or to somebody else."""
    second, first = add(store, 1, next_at=START), add(store, 2, next_at=START - SECOND)
    add(store, 3, next_at=START + timedelta(hours=1))
    add(store, 4, channel="email")
    add(store, 5, desk="procurement")
    assert ids(claimed(store, limit=1)) == [first]
    assert ids(claimed(store)) == [second]


def test_a_recall_does_not_overtake_what_it_recalls(store: Store) -> None:
    """It waits while the first is under way or put off, and goes out once that was sent or given up."""
    for number, settle in enumerate((outbox.mark_sent, None), start=1):
        assigned = add(store, number)
        recalled = add(store, number, event=RECALLED, revision=1, next_at=START - SECOND)
        assert ids(claimed(store)) == [assigned]
        assert ids(claimed(store)) == []
        with store.writing() as session:
            outbox.put_off(session, assigned, START + timedelta(hours=1), "busy")
        assert ids(claimed(store)) == []
        with store.writing() as session:
            if settle is None:
                outbox.give_up(session, [assigned], "gone")
            else:
                settle(session, assigned, START)
        assert ids(claimed(store)) == [recalled]


def test_what_nobody_knows_any_more_is_an_orphan(store: Store) -> None:
    """Its document was deleted while it was due."""
    due = add(store)
    with store.writing() as session:
        session.delete(session.get_one(Document, "document-1"))
    assert claimed(store) == Claim((), (due,))


def test_what_was_settled_stays_settled(store: Store) -> None:
    """A try that was long in the air changes nothing that another has marked as sent."""
    due = add(store)
    claimed(store)
    with store.writing() as session:
        outbox.mark_sent(session, due, START)
        outbox.give_up(session, [due], "late")
    found = delivery(store, due)
    assert (found.state, found.last_error, found.sent_at, found.lease_until) == (SENT, None, START, None)


def test_what_is_due_to_nobody_is_found(store: Store) -> None:
    """A receiver that was taken out of the settings; what it had is dead, and its reason said."""
    add(store, 1)
    stray = add(store, 2, desk="gone")
    with store.writing() as session:
        assert outbox.strays(session, [LANE]) == (("gone", "webhook"),)
        assert outbox.give_up_lane(session, ("gone", "webhook"), "no such desk") == 1
        assert outbox.strays(session, [LANE]) == ()
    assert (delivery(store, stray).state, delivery(store, stray).last_error) == (DEAD, "no such desk")


def test_deliveries_are_listed_and_counted(store: Store) -> None:
    """By state, desk, channel, id of delivery or document, and time."""
    first = add(store, 1, state=DEAD)
    second = add(store, 2, created_at=START + SECOND)
    third = add(store, 3, desk="procurement", channel="email", state=SENT)
    choices = {
        Selection(): [second, third, first] if third < first else [second, first, third],
        Selection(states=(DEAD,)): [first],
        Selection(desks=("procurement",)): [third],
        Selection(channels=("email",)): [third],
        Selection(ids=(first, "document-2")): [second, first],
        Selection(since=START + SECOND): [second],
        Selection(states=(DEAD,), channels=("email",)): [],
    }
    with store.reading() as session:
        for selection, expected in choices.items():
            assert [found.id for found in selecting.listed(session, selection, 10)] == expected
        assert [found.id for found in selecting.listed(session, Selection(), 1)] == [second]
        assert selecting.counted(session, Selection()) == {DEAD: 1, DUE: 1, SENT: 1}
        assert selecting.undone(session) == {(DESK, "webhook", DUE): 1, (DESK, "webhook", DEAD): 1}


def test_what_is_called_back_has_all_its_tries_again(store: Store) -> None:
    """What is due already is left alone, with its lease."""
    dead = add(store, 1, state=DEAD, attempts=33)
    sent = add(store, 2, state=SENT, attempts=1)
    due = add(store, 3)
    claimed(store)
    with store.writing() as session:
        called = selecting.call_back(session, Selection(), START)
    assert sorted(called) == sorted([dead, sent])
    for each in (dead, sent):
        found = delivery(store, each)
        assert (found.state, found.attempts, found.sent_at) == (DUE, 0, None)
    assert delivery(store, due).lease_until == START + SECOND + LEASE
