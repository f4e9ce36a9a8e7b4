"""What people do with documents, and how they take it back."""

from typing import Any

import pytest
from sqlalchemy import select

from departments.desks import ActKind, ActRefused
from departments.review.errors import NoSuchDocument, StaleDocument
from departments.review.recording import ActRequest, Done
from departments.review.reviews import Reviews
from departments.store.engine import Store
from departments.store.tables import Act, Delivery
from mailroom.settings import Settings
from tests.unit.departments.documents import document, get, put
from tests.unit.departments.review.conftest import Time


@pytest.fixture(autouse=True)
def documents(store: Store, settings: Settings) -> None:
    """One that waits for review, and one at its desk."""
    put(store, settings, document("unsure"), document("sure", decision="auto", confidence=0.9))


def review(reviews: Reviews, kind: ActKind, label: str | None = None, **more: Any) -> Done:
    """Claim the next document and act on it."""
    claim = reviews.claim("ada")
    assert claim is not None
    return reviews.act(ActRequest(claim.document_id, kind, "ada", label, claim.token, claim.revision, **more))


def at_desk(kind: ActKind, label: str | None = None, *, actor: str = "ben", revision: int = 0) -> ActRequest:
    """An act on the document at its desk."""
    return ActRequest("sure", kind, actor, label, revision=revision)


def deliveries(store: Store, name: str) -> list[tuple[str, str, int]]:
    """What the desks are told of a document, in order."""
    with store.reading() as session:
        rows = session.scalars(select(Delivery).where(Delivery.document_id == name))
        return sorted(((row.event, row.desk, row.revision) for row in rows), key=lambda row: (row[2], row[0]))


def lies(store: Store, name: str) -> tuple[str, str, str | None, int]:
    """Desk, state, confirmed label and revision of a document."""
    found = get(store, name)
    return found.desk, found.state, found.confirmed_label, found.revision


def acts(store: Store) -> list[tuple[str, str | None, str, bool]]:
    """The audit trail: kind, label, actor, and whether there is nothing (more) to publish."""
    with store.reading() as session:
        rows = session.scalars(select(Act).order_by(Act.at, Act.revision))
        return [(row.kind, row.label, row.actor, row.published) for row in rows]


def test_a_corrected_document_arrives_at_the_right_desk_and_leaves_the_wrong_one(
    reviews: Reviews, store: Store
) -> None:
    """The old desk is recalled, the new one told, and the database says the same."""
    reviews.act(at_desk(ActKind.CORRECT, "offer"))
    assert lies(store, "sure") == ("procurement", "at_desk", "offer", 1)
    assert deliveries(store, "sure") == [
        ("document.assigned", "accounts-payable", 0),
        ("document.assigned", "procurement", 1),
        ("document.recalled", "accounts-payable", 1),
    ]


def test_a_confirmed_document_goes_to_its_desk(reviews: Reviews, store: Store) -> None:
    """With the model's label, which is now a person's too."""
    done = review(reviews, ActKind.CONFIRM)
    assert (done.kind, done.label, done.desk_before) == (ActKind.CONFIRM, "invoice", "review")
    assert lies(store, "unsure") == ("accounts-payable", "at_desk", "invoice", 1)
    assert deliveries(store, "unsure") == [("document.assigned", "accounts-payable", 1)]


def test_a_correction_to_the_present_label_is_a_confirmation(reviews: Reviews) -> None:
    """The trail says what was meant."""
    assert review(reviews, ActKind.CORRECT, "invoice").kind is ActKind.CONFIRM


def test_none_of_these_is_handled_and_teaches_nothing(reviews: Reviews, store: Store) -> None:
    """It goes to no desk, and no record is made of it."""
    review(reviews, ActKind.NONE)
    assert lies(store, "unsure") == ("review", "handled", None, 1)
    assert acts(store) == [("none", None, "ada", True)]


def test_not_ours_brings_a_document_back_to_review(reviews: Reviews, store: Store) -> None:
    """The desk is recalled, the next clerk gets it."""
    reviews.act(at_desk(ActKind.HANDLED))
    reviews.act(at_desk(ActKind.NOT_OURS, revision=1))
    assert lies(store, "sure") == ("review", "waiting", None, 2)
    assert deliveries(store, "sure")[-1] == ("document.recalled", "accounts-payable", 2)


def test_a_label_that_no_longer_holds_is_to_be_taken_back(reviews: Reviews, store: Store) -> None:
    """Of acts without a label those are published that end a judgement: training must not keep it."""
    reviews.act(at_desk(ActKind.CONFIRM))
    reviews.act(at_desk(ActKind.NOT_OURS, revision=1))
    assert acts(store) == [("confirm", "invoice", "ben", False), ("not_ours", None, "ben", False)]


def test_a_double_click_is_one_act(reviews: Reviews, store: Store) -> None:
    """The second one gets the first one's answer, whatever happened since."""
    first = review(reviews, ActKind.CONFIRM, id="click")
    second = reviews.act(ActRequest("unsure", ActKind.CONFIRM, "ada", revision=0, id="click"))
    assert (first.repeated, second.repeated, second.revision) == (False, True, 1)
    assert len(acts(store)) == 1
    with pytest.raises(ActRefused, match="this act's id was used for another act"):
        reviews.act(ActRequest("sure", ActKind.CONFIRM, "ada", id="click"))


def test_two_tabs_do_not_overwrite_each_other(reviews: Reviews, store: Store) -> None:
    """The second one is told who did what, and changes nothing."""
    claim = reviews.claim("ada")
    assert claim is not None
    one = ActRequest("unsure", ActKind.CONFIRM, "ada", token=claim.token, revision=0)
    two = ActRequest("unsure", ActKind.CORRECT, "ada", "offer", claim.token, 0)
    reviews.act(one)
    with pytest.raises(StaleDocument, match="ada marked it 'confirm' since you looked: nothing was done"):
        reviews.act(two)
    assert lies(store, "unsure") == ("accounts-payable", "at_desk", "invoice", 1)


def test_a_confirmation_of_another_label_is_refused(reviews: Reviews) -> None:
    """A page that showed another label than there is must not confirm this one."""
    with pytest.raises(ActRefused, match="confirmed as 'offer', but the document is labelled 'invoice'"):
        reviews.act(at_desk(ActKind.CONFIRM, "offer"))


def test_a_document_deleted_while_open_is_told(reviews: Reviews, store: Store) -> None:
    """Whoever decides about it then learns that it is gone."""
    with store.writing() as session:
        session.delete(get(store, "sure"))
    with pytest.raises(NoSuchDocument, match="there is no document 'sure'"):
        reviews.act(at_desk(ActKind.CONFIRM))


def test_an_undone_act_leaves_the_document_where_it_lay(reviews: Reviews, store: Store, time: Time) -> None:
    """One after the other back to the beginning; the document is at once this clerk's again."""
    review(reviews, ActKind.CONFIRM)
    time.passes(1)
    reviews.act(ActRequest("unsure", ActKind.HANDLED, "ada"))
    assert reviews.undo("ada").undoes is not None
    assert lies(store, "unsure") == ("accounts-payable", "at_desk", "invoice", 3)
    reviews.undo("ada")
    assert lies(store, "unsure") == ("review", "waiting", None, 4)
    assert deliveries(store, "unsure")[-1] == ("document.recalled", "accounts-payable", 4)
    assert reviews.claim("ben") is None
    with pytest.raises(ActRefused, match="there is nothing of yours to undo"):
        reviews.undo("ada")


def test_undoing_twice_by_a_double_click_undoes_one_act(reviews: Reviews, store: Store) -> None:
    """The second click has the first one's id."""
    reviews.act(at_desk(ActKind.CORRECT, "offer"))
    reviews.act(at_desk(ActKind.HANDLED, revision=1))
    reviews.undo("ben", new_id="click")
    assert reviews.undo("ben", new_id="click").repeated
    assert lies(store, "sure") == ("procurement", "at_desk", "offer", 3)


def test_an_undone_correction_is_published_as_what_holds_then(reviews: Reviews, store: Store) -> None:
    """The earlier confirmation, here; and nothing at all once that is undone too."""
    reviews.act(at_desk(ActKind.CONFIRM))
    reviews.act(at_desk(ActKind.CORRECT, "offer", revision=1))
    reviews.undo("ben")
    reviews.undo("ben")
    assert acts(store)[2:] == [("undo", "invoice", "ben", False), ("undo", None, "ben", False)]
    assert lies(store, "sure") == ("accounts-payable", "at_desk", None, 4)


def test_what_somebody_else_did_since_is_not_undone(reviews: Reviews, store: Store) -> None:
    """Nor can anybody undo another's act."""
    done = reviews.act(at_desk(ActKind.CORRECT, "offer"))
    with pytest.raises(ActRefused, match="nothing of yours to undo"):
        reviews.undo("cleo", done.id)
    reviews.act(at_desk(ActKind.HANDLED, actor="cleo", revision=1))
    with pytest.raises(StaleDocument, match="cannot be undone any more"):
        reviews.undo("ben")
    assert lies(store, "sure") == ("procurement", "handled", "offer", 2)
