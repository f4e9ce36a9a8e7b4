"""The rules of desks."""

from datetime import UTC, datetime

import pytest

from departments.desks import (
    ActKind,
    ActRefused,
    DeliveryEvent,
    DeskRules,
    Notice,
    Standing,
    State,
    Step,
    after,
    allowed,
    first_standing,
    looks,
    restored,
    settles,
)

RULES = DeskRules(
    departments={"invoice": "accounts-payable", "credit_note": "accounts-payable", "offer": "procurement"},
    channels={"accounts-payable": ("webhook", "folder"), "procurement": ("email",)},
    deadlines={"review": 24.0, "accounts-payable": 48.0},
)
QUEUED = Standing("review", State.WAITING)
PAYABLE = Standing("accounts-payable", State.AT_DESK)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_sure_label_goes_to_its_department_and_an_unsure_one_to_review() -> None:
    """The decision says where a document lies first."""
    assert first_standing("auto", "procurement") == Standing("procurement", State.AT_DESK)
    assert first_standing("review", "procurement") == QUEUED


def test_a_judgement_goes_to_the_desk_of_its_label() -> None:
    """Confirmed or corrected, a document lies at the desk of what it is."""
    at_payable = Standing("accounts-payable", State.AT_DESK, "invoice")
    assert after(QUEUED, ActKind.CONFIRM, "invoice", RULES) == at_payable
    assert after(PAYABLE, ActKind.CORRECT, "offer", RULES) == Standing("procurement", State.AT_DESK, "offer")


def test_acts_without_a_label() -> None:
    """None of these ends at review; not ours comes back to it; handled stays where it is, with its label."""
    confirmed = Standing("procurement", State.AT_DESK, "offer")
    assert after(QUEUED, ActKind.NONE, None, RULES) == Standing("review", State.HANDLED)
    assert after(confirmed, ActKind.NOT_OURS, None, RULES) == QUEUED
    assert after(confirmed, ActKind.HANDLED, None, RULES) == Standing("procurement", State.HANDLED, "offer")
    assert after(QUEUED, ActKind.SKIP, None, RULES) == QUEUED


@pytest.mark.parametrize(
    ("standing", "kind", "label", "message"),
    [
        (QUEUED, ActKind.NOT_OURS, None, "waiting for review cannot be marked 'not_ours'"),
        (PAYABLE, ActKind.SKIP, None, "at the desk of accounts-payable cannot be marked 'skip'"),
        (QUEUED, ActKind.UNDO, None, "cannot be marked 'undo'"),
        (QUEUED, ActKind.CORRECT, None, "'correct' needs a label"),
        (QUEUED, ActKind.CORRECT, "poem", "no label 'poem': say one of credit_note, invoice, offer"),
        (QUEUED, ActKind.NONE, "offer", "'none' takes no label"),
    ],
)
def test_what_cannot_be_done_is_refused(
    standing: Standing, kind: ActKind, label: str | None, message: str
) -> None:
    """The message says what cannot be done, or which labels there are."""
    with pytest.raises(ActRefused, match=message):
        after(standing, kind, label, RULES)


def test_what_is_handled_can_still_be_put_right() -> None:
    """Whoever finds a mistake later can correct it."""
    assert allowed(Standing("review", State.HANDLED)) == {"correct", "not_ours"}


def test_the_old_desk_is_recalled_and_the_new_one_told() -> None:
    """Each over all of its channels."""
    moved = Standing("procurement", State.AT_DESK, "offer")
    assert RULES.notices(PAYABLE, moved, "invoice") == (
        Notice("accounts-payable", "webhook", DeliveryEvent.RECALLED),
        Notice("accounts-payable", "folder", DeliveryEvent.RECALLED),
        Notice("procurement", "email", DeliveryEvent.ASSIGNED),
    )
    assert RULES.notices(moved, QUEUED, "invoice") == (
        Notice("procurement", "email", DeliveryEvent.RECALLED),
    )
    assert RULES.notices(None, QUEUED, "invoice") == ()


def test_a_desk_that_keeps_a_document_hears_of_another_label_alone() -> None:
    """A confirmation changes nothing for it, another label of its own does; that it is handled, it knows."""
    confirmed = Standing("accounts-payable", State.AT_DESK, "invoice")
    relabelled = Standing("accounts-payable", State.AT_DESK, "credit_note")
    handled = Standing("accounts-payable", State.HANDLED, "invoice")
    assert RULES.notices(PAYABLE, confirmed, "invoice") == ()
    assert RULES.notices(confirmed, handled, "invoice") == ()
    assert RULES.notices(PAYABLE, relabelled, "invoice") == (
        Notice("accounts-payable", "webhook", DeliveryEvent.ASSIGNED),
        Notice("accounts-payable", "folder", DeliveryEvent.ASSIGNED),
    )


def test_a_deadline_runs_from_the_arrival_at_a_desk_that_has_one() -> None:
    """Nothing is due where a desk has none, or where nothing is left to do."""
    assert RULES.due_at(QUEUED, NOON) == datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert RULES.due_at(Standing("procurement", State.AT_DESK), NOON) is None
    assert RULES.due_at(Standing("accounts-payable", State.HANDLED), NOON) is None


def test_history_without_what_was_undone() -> None:
    """Each undoing takes one act away; desks are those that were written down, whatever the rules say now."""
    steps = [
        Step("1", ActKind.CONFIRM, "invoice", "old-payable"),
        Step("2", ActKind.HANDLED, None, "old-payable"),
        Step("3", ActKind.NOT_OURS, None, "review"),
        Step("4", ActKind.SKIP, None, "review"),
        Step("5", ActKind.UNDO, None, "old-payable", undoes="3"),
    ]
    assert restored(QUEUED, steps) == Standing("old-payable", State.HANDLED, "invoice")
    more = [*steps, Step("6", ActKind.UNDO, None, "old-payable", undoes="2")]
    assert restored(QUEUED, more) == Standing("old-payable", State.AT_DESK, "invoice")
    assert restored(QUEUED, [*more, Step("7", ActKind.UNDO, None, "review", undoes="1")]) == QUEUED


def test_who_must_agree_is_drawn_by_the_documents_id() -> None:
    """Always the same documents, and about the share that was asked for."""
    half = DeskRules({}, second_look=0.5)
    drawn = [half.needs_two(f"document-{number}") for number in range(1_000)]
    assert sum(drawn) == 506
    assert not any(DeskRules({}).needs_two(f"document-{number}") for number in range(1_000))
    assert all(DeskRules({}, second_look=1.0).needs_two(f"document-{number}") for number in range(1_000))


def test_two_who_agree_settle_it_and_a_third_where_they_do_not() -> None:
    """Only looks since the document came under review count."""
    first, other = Step("2", ActKind.LOOK, "offer", "review"), Step("3", ActKind.LOOK, "invoice", "review")
    before = [Step("0", ActKind.LOOK, "offer", "review"), Step("1", ActKind.NOT_OURS, None, "review")]
    assert looks([*before, first, other]) == (first, other)
    assert not settles("offer", [])
    assert settles("offer", [first])
    assert not settles("invoice", [first])
    assert settles("complaint", [first, other])
