"""Many clerks on one queue at once: real threads on a real database."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from sqlalchemy import select

from departments.desks import ActKind, State
from departments.review.errors import ActRefused
from departments.review.recording import ActRequest, Done
from departments.review.reviews import Reviews
from departments.store.engine import Store
from departments.store.tables import Act, Delivery, Document, Lease
from mailroom.settings import Settings
from tests.unit.departments.documents import document, put

CLERKS = 8
DOCUMENTS = 60


def together(count: int, work: Callable[[int], None]) -> None:
    """The same work by some threads that begin at the same moment."""
    begin = Barrier(count)

    def one(number: int) -> None:
        begin.wait(timeout=30)
        work(number)

    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(one, number) for number in range(count)]:
            done.result(timeout=60)


def fill(store: Store, settings: Settings, count: int) -> None:
    """Documents that wait for review."""
    put(store, settings, *(document(f"d{number:03}") for number in range(count)))


def test_no_document_is_done_twice_and_none_is_left(store: Store, settings: Settings) -> None:
    """Every second click is doubled, some skip, some take back; in the end each document was decided once."""
    fill(store, settings, DOCUMENTS)
    reviews = Reviews.of(store, settings)

    def clerk(number: int) -> None:
        name, choose = f"clerk-{number}", random.Random(number)
        while (claim := reviews.claim(name)) is not None:
            kind = choose.choice([ActKind.CONFIRM, ActKind.CORRECT, ActKind.NONE, ActKind.SKIP])
            label = "offer" if kind is ActKind.CORRECT else None
            request = ActRequest(claim.document_id, kind, name, label, claim.token, claim.revision)
            reviews.act(request)
            if choose.random() < 0.5:
                assert reviews.act(request).repeated
            if kind is not ActKind.SKIP and choose.random() < 0.1:
                reviews.undo(name)

    together(CLERKS, clerk)
    with store.reading() as session:
        states = Counter(session.scalars(select(Document.state)))
        acts = session.scalars(select(Act)).all()
        assert session.scalars(select(Lease)).all() == []
    assert states["waiting"] == 0
    undone = {act.undoes for act in acts}
    decided = [
        act.document_id for act in acts if act.kind in {"confirm", "correct", "none"} and act.id not in undone
    ]
    assert sorted(decided) == [f"d{number:03}" for number in range(DOCUMENTS)]


def test_a_double_click_of_the_same_moment_is_one_act(store: Store, settings: Settings) -> None:
    """Both get an answer, and one of them did it."""
    fill(store, settings, 1)
    reviews = Reviews.of(store, settings)
    claim = reviews.claim("ada")
    assert claim is not None
    answers: list[Done] = []

    def click(_: int) -> None:
        request = ActRequest("d000", ActKind.CONFIRM, "ada", None, claim.token, claim.revision, id="click")
        answers.append(reviews.act(request))

    together(4, click)
    assert sorted(answer.repeated for answer in answers) == [False, True, True, True]
    with store.reading() as session:
        assert [row.event for row in session.scalars(select(Delivery))] == ["document.assigned"]


def test_two_desks_that_decide_at_the_same_moment(store: Store, settings: Settings) -> None:
    """One of them wins; the others are told, and nothing of theirs is left."""
    put(store, settings, document("d000", decision="auto"))
    reviews = Reviews.of(store, settings)
    told: list[str] = []

    def decide(number: int) -> None:
        try:
            reviews.act(ActRequest("d000", ActKind.CORRECT, f"clerk-{number}", "offer", revision=0))
        except ActRefused as error:
            told.append(str(error))

    together(4, decide)
    assert len(told) == 3
    assert all("marked it 'correct' since you looked" in message for message in told)
    with store.reading() as session:
        assert len(session.scalars(select(Act)).all()) == 1
        assert session.scalars(select(Document.state)).one() == State.AT_DESK


def test_every_document_is_agreed_on_by_two(store: Store, settings: Settings) -> None:
    """Where everything needs four eyes, each document has one look and one confirmation, by different people."""
    fill(store, settings, 20)
    reviews = Reviews.of(store, settings)
    strict = replace(reviews, rules=replace(reviews.rules, second_look=1.0))

    def clerk(number: int) -> None:
        name = f"clerk-{number}"
        while (claim := strict.claim(name)) is not None:
            strict.act(
                ActRequest(claim.document_id, ActKind.CONFIRM, name, None, claim.token, claim.revision)
            )

    together(4, clerk)
    together(2, clerk)  # what waited for somebody who had finished
    with store.reading() as session:
        acts = session.scalars(select(Act).order_by(Act.document_id, Act.revision)).all()
    by_document = [acts[place : place + 2] for place in range(0, len(acts), 2)]
    assert [[act.kind for act in pair] for pair in by_document] == [["look", "confirm"]] * 20
    assert all(one.document_id == two.document_id and one.actor != two.actor for one, two in by_document)
