"""Four eyes."""

from dataclasses import replace

import pytest

from departments.desks import ActKind, ActRefused
from departments.review.errors import LeaseLost
from departments.review.recording import ActRequest, Done
from departments.review.reviews import Reviews
from departments.store.engine import Store
from departments.store.tables import Lease
from mailroom.settings import Settings
from tests.unit.departments.documents import document, get, put
from tests.unit.departments.review.conftest import Time


@pytest.fixture
def strict(reviews: Reviews, store: Store, settings: Settings) -> Reviews:
    """Two people must agree on everything; one document waits."""
    put(store, settings, document("letter"))
    return replace(reviews, rules=replace(reviews.rules, second_look=1.0))


def say(reviews: Reviews, clerk: str, label: str) -> Done:
    """A clerk takes the document and says what it is."""
    claim = reviews.claim(clerk)
    assert claim is not None
    return reviews.act(
        ActRequest(claim.document_id, ActKind.CORRECT, clerk, label, claim.token, claim.revision)
    )


def test_the_second_who_says_the_same_decides(strict: Reviews, store: Store) -> None:
    """Until then the document waits, for anybody but the first."""
    assert say(strict, "ada", "offer").kind is ActKind.LOOK
    assert get(store, "letter").state == "waiting"
    assert strict.claim("ada") is None
    assert say(strict, "ben", "offer").kind is ActKind.CORRECT
    assert get(store, "letter").desk == "procurement"


def test_a_third_decides_where_two_disagree(strict: Reviews, store: Store) -> None:
    """Also for something that neither of them said."""
    assert say(strict, "ada", "offer").kind is ActKind.LOOK
    assert say(strict, "ben", "invoice").kind is ActKind.LOOK
    assert strict.claim("ben") is None
    assert say(strict, "cleo", "complaint").desk_after == "customer-care"


def test_a_look_can_be_taken_back(strict: Reviews) -> None:
    """And said anew, by the same clerk."""
    say(strict, "ada", "offer")
    strict.undo("ada")
    assert say(strict, "ada", "invoice").kind is ActKind.LOOK
    assert say(strict, "ben", "invoice").kind is ActKind.CONFIRM


def test_who_looked_before_it_came_back_may_look_again(strict: Reviews) -> None:
    """What was said before a department sent it back counts no more."""
    say(strict, "ada", "offer")
    say(strict, "ben", "offer")
    strict.act(ActRequest("letter", ActKind.NOT_OURS, "dan"))
    assert say(strict, "ada", "offer").kind is ActKind.LOOK


def test_nobody_agrees_with_themselves(strict: Reviews, time: Time) -> None:
    """Not even where an undoing brings their own look to the top again."""
    say(strict, "ada", "offer")
    say(strict, "ben", "offer")
    strict.undo("ben")
    time.passes(600)
    assert strict.claim("ada") is None
    with pytest.raises(LeaseLost):
        strict.open("ada", "letter")
    assert say(strict, "cleo", "offer").kind is ActKind.CORRECT


@pytest.mark.security
def test_a_lease_from_elsewhere_does_not_make_a_second_person(strict: Reviews, store: Store) -> None:
    """The act itself asks who looked before."""
    say(strict, "ada", "offer")
    with store.writing() as session:
        session.add(Lease(document_id="letter", holder="ada", token="found", until=strict.now()))  # noqa: S106
    with pytest.raises(ActRefused, match="somebody else has to agree"):
        strict.act(ActRequest("letter", ActKind.CORRECT, "ada", "offer", "found"))
