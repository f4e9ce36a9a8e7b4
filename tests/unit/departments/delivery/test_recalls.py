"""What desks are told when people move a document between them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from departments import moving
from departments.delivery.office import run_deliveries
from departments.desks import ActKind
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.desk_settings import DesksSettings
from mailroom.settings import Settings
from tests.servers import hooks
from tests.servers.deliveries import START, add, kept, opened


@dataclass(frozen=True)
class World:
    """Two desks with webhooks, and people."""

    store: Store
    settings: DesksSettings
    reviews: Reviews
    hook: hooks.Hook

    def told(self) -> list[tuple[str, str, int, str, str]]:
        """What was received: by whom, which event, revision, label, and where the document is."""
        events = [(received.path.removeprefix("/"), received.verified()) for received in self.hook.received]
        return sorted(
            (path, event["type"], event["data"]["revision"], event["data"]["label"], event["data"]["now_at"])
            for path, event in events
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A document that has come to accounts payable, and two receivers at one address."""
    with hooks.listening() as hook:
        base = hook.url.removesuffix("/hook")
        desks = {
            name: {"webhook": {"url": f"{base}/{name}", "secret": hooks.SECRET, "internal": True}}
            for name in ("accounts-payable", "procurement")
        }
        store, settings = opened(tmp_path, desks["accounts-payable"])
        settings = settings.model_copy(update={"at": DesksSettings.model_validate({"at": desks}).at})
        reviews = Reviews.of(store, Settings(desks=settings))
        add(store, channel="folder", state="sent")  # which brings the document
        with store.writing() as session:
            moving.place(session, session.get_one(Document, "document-1"), reviews.rules, START)
        yield World(store, settings, reviews, hook)
        store.close()


@contextmanager
def sending(world: World, folder: Path) -> Iterator[None]:
    """Deliveries go out."""
    stop = threading.Event()
    arguments = (world.store, world.settings, kept(folder)[0], stop)
    thread = threading.Thread(target=run_deliveries, args=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_corrected_document_is_recalled_and_told_to_its_new_desk(
    world: World, tmp_path: Path, until: Any
) -> None:
    """And back again when the correction is undone."""
    with sending(world, tmp_path):
        assert until(lambda: len(world.hook.received) == 1)
        request = ActRequest("document-1", ActKind.CORRECT, "ada", label="offer", revision=0)
        world.reviews.act(request)
        assert until(lambda: len(world.hook.received) == 3)
        assert world.told() == [
            ("accounts-payable", "document.assigned", 0, "invoice", "accounts-payable"),
            ("accounts-payable", "document.recalled", 1, "offer", "procurement"),
            ("procurement", "document.assigned", 1, "offer", "procurement"),
        ]
        world.reviews.undo("ada")
        assert until(lambda: len(world.hook.received) == 5)
    assert world.told()[2:] == [
        ("accounts-payable", "document.recalled", 1, "offer", "procurement"),
        ("procurement", "document.assigned", 1, "offer", "procurement"),
        ("procurement", "document.recalled", 2, "invoice", "accounts-payable"),
    ]
    assert ("accounts-payable", "document.assigned", 2, "invoice", "accounts-payable") in world.told()


def test_not_ours_recalls_it_to_review(world: World, tmp_path: Path, until: Any) -> None:
    """Nobody else is told, since the queue has no channels."""
    with sending(world, tmp_path):
        assert until(lambda: len(world.hook.received) == 1)
        world.reviews.act(ActRequest("document-1", ActKind.NOT_OURS, "ada", revision=0))
        assert until(lambda: len(world.hook.received) == 2)
    assert world.told()[1] == ("accounts-payable", "document.recalled", 1, "invoice", "review")
