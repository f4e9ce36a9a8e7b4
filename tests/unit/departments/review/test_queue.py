"""Who gets which document of the queue."""

from datetime import timedelta

import pytest

from departments.desks import ActKind, ActRefused
from departments.review.errors import LeaseLost
from departments.review.leases import Claim
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.store.engine import Store
from mailroom.settings import Settings
from tests.unit.departments.documents import NOON, document, put
from tests.unit.departments.review.conftest import Time


@pytest.fixture(autouse=True)
def queue(store: Store, settings: Settings) -> None:
    """Three documents that wait, the oldest being the surest, and one that is at its desk."""
    put(
        store,
        settings,
        document("young", confidence=0.3, classified_at=NOON + timedelta(seconds=3)),
        document("old", confidence=0.5, classified_at=NOON + timedelta(seconds=1)),
        document("middle", confidence=0.4, classified_at=NOON + timedelta(seconds=2)),
        document("sure", confidence=0.9, decision="auto", classified_at=NOON),
    )


def claimed(claim: Claim | None) -> str | None:
    """The id of what was claimed."""
    return None if claim is None else claim.document_id


def test_the_oldest_comes_first(reviews: Reviews) -> None:
    """Each clerk gets the next one, until nothing waits; what is at its desk is nobody's to review."""
    clerks = ("ada", "ben", "cleo", "dan")
    assert [claimed(reviews.claim(clerk)) for clerk in clerks] == ["old", "middle", "young", None]
    assert reviews.waiting() == 3


def test_the_least_sure_comes_first_if_asked(reviews: Reviews) -> None:
    """By confidence, whatever the age."""
    clerks = ("ada", "ben", "cleo")
    found = [claimed(reviews.claim(clerk, order="least_sure")) for clerk in clerks]
    assert found == ["young", "middle", "old"]


def test_a_second_tab_gets_the_same_document(reviews: Reviews, time: Time) -> None:
    """With the same token, so that both tabs may act, and with the full time again."""
    first = reviews.claim("ada")
    time.passes(60)
    second = reviews.claim("ada")
    assert first is not None
    assert second == Claim("old", "ada", first.token, first.until + timedelta(seconds=60), 0)


def test_a_lease_ends_by_its_time(reviews: Reviews, time: Time) -> None:
    """Nobody need give a document back: after ten minutes it is the next clerk's, and the first one's no more."""
    first = reviews.claim("ada")
    assert first is not None
    time.passes(600)
    assert claimed(reviews.claim("ben")) == "old"
    late = ActRequest("old", ActKind.CONFIRM, "ada", token=first.token, revision=0)
    with pytest.raises(LeaseLost, match="ben is working on this document by now"):
        reviews.act(late)


def test_what_was_decided_late_counts_while_nobody_took_the_document(reviews: Reviews, time: Time) -> None:
    """A clerk who thought for an hour loses nothing."""
    claim = reviews.claim("ada")
    assert claim is not None
    time.passes(3600)
    done = reviews.act(ActRequest("old", ActKind.CONFIRM, "ada", token=claim.token, revision=0))
    assert done.desk_after == "accounts-payable"


def test_what_a_clerk_skips_comes_last_for_them_alone(reviews: Reviews, time: Time) -> None:
    """The one skipped longest ago first, once nothing else waits."""
    for expected in ("old", "middle", "young", "old"):
        claim = reviews.claim("ada")
        assert claim is not None
        assert claim.document_id == expected
        time.passes(1)
        reviews.act(ActRequest(claim.document_id, ActKind.SKIP, "ada", token=claim.token))
    assert claimed(reviews.claim("ben")) == "old"
    assert claimed(reviews.claim("ada")) == "middle"


def test_a_document_can_be_chosen(reviews: Reviews) -> None:
    """Unless somebody else has it, or it does not wait."""
    assert reviews.open("ada", "young").document_id == "young"
    for name in ("young", "sure", "nowhere"):
        with pytest.raises(LeaseLost, match="somebody else is working on this document"):
            reviews.open("ben", name)


def test_what_is_given_back_is_free_at_once(reviews: Reviews) -> None:
    """With the token alone: a tab of yesterday takes nothing from anybody."""
    claim = reviews.claim("ada")
    assert claim is not None
    reviews.release("old", "of yesterday")
    assert claimed(reviews.claim("ben")) == "middle"
    reviews.release("old", claim.token)
    assert claimed(reviews.claim("cleo")) == "old"


@pytest.mark.security
def test_a_token_is_asked_for(reviews: Reviews) -> None:
    """Who did not take a document, or only guesses, decides nothing about it."""
    with pytest.raises(LeaseLost, match="not yours at present: take it again"):
        reviews.act(ActRequest("old", ActKind.CONFIRM, "ada"))
    reviews.claim("ada")
    with pytest.raises(LeaseLost, match="your time for this document is over"):
        reviews.act(ActRequest("old", ActKind.CONFIRM, "ada", token="guessed"))  # noqa: S106 - a wrong one
    with pytest.raises(ActRefused, match="ada is working on this document"):
        reviews.act(ActRequest("old", ActKind.CONFIRM, "ben", token="guessed"))  # noqa: S106
