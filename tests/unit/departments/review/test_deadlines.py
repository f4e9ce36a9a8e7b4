"""Desks that are late."""

from datetime import timedelta

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from departments.desks import ActKind
from departments.review.deadlines import DeskLoad, DeskMetrics, DeskWatch
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.rules import desk_rules
from departments.store.engine import Store
from mailroom.settings import Settings
from tests.unit.departments.documents import NOON, document, put
from tests.unit.departments.review.conftest import Time

HOUR = 3600


def test_a_desk_becomes_late_and_catches_up(
    reviews: Reviews, store: Store, settings: Settings, time: Time
) -> None:
    """The log says each once; the metrics say how many and how old, and 0 of a desk that has nothing."""
    registry = CollectorRegistry()
    watch = DeskWatch(store, desk_rules(settings), DeskMetrics(registry), time)
    put(
        store,
        settings,
        document("one", decision="auto"),
        document("two", decision="auto", classified_at=NOON + timedelta(hours=1)),
    )
    time.passes(48 * HOUR + 1)
    with capture_logs() as lines:
        found = watch.look()
        watch.look()
        reviews.act(ActRequest("one", ActKind.HANDLED, "ada"))
        watch.look()
    assert DeskLoad("accounts-payable", 2, 1, 48 * HOUR + 1) in found
    assert DeskLoad("review") in found
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "a desk is past its deadline"),
        ("info", "a desk has caught up"),
    ]
    named = {"desk": "accounts-payable"}
    assert registry.get_sample_value("mailroom_desk_documents", named) == 1
    assert registry.get_sample_value("mailroom_desk_overdue_documents", named) == 0
    assert registry.get_sample_value("mailroom_desk_oldest_document_seconds", named) == 47 * HOUR + 1
    assert registry.get_sample_value("mailroom_desk_documents", {"desk": "review"}) == 0
