"""The queue in a terminal, by its keys."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from textual.pilot import Pilot
from textual.widgets import Static

from departments.review.reviews import Reviews
from departments.review.terminal.app import ReviewApp
from departments.review.terminal.bench import Bench
from departments.review.texts import Texts
from departments.store.engine import Store
from departments.store.tables import Act, Lease
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from tests.unit.departments.documents import document, put

Work = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture
def bench(reviews: Reviews, tmp_path: Path) -> Bench:
    """A clerk at the queue."""
    return Bench(reviews, Texts(ObjectStore(f"file://{tmp_path}/objects")), "ada")


def at_the_screen(bench: Bench, work: Work) -> None:
    """Start the screen, and do something with it."""

    async def run() -> None:
        app = ReviewApp(bench)
        async with app.run_test(size=(100, 40)) as pilot:
            await settled(pilot)
            await work(pilot)

    asyncio.run(run())


async def settled(pilot: Pilot[None]) -> None:
    """Wait until all that the last key began is done."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each after what the one before began is done."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def shown(pilot: Pilot[None], name: str) -> str:
    """What a part of the screen shows."""
    return str(pilot.app.query_one(f"#{name}", Static).render())


def acts(store: Store) -> list[tuple[str, str, str | None]]:
    """What was done, in order."""
    with store.reading() as session:
        rows = session.scalars(select(Act).order_by(Act.at, Act.document_id, Act.revision))
        return [(row.document_id, row.kind, row.label) for row in rows]


def test_every_act_is_one_key(bench: Bench, store: Store, settings: Settings) -> None:
    """Enter confirms, a digit corrects, n is none of these, s skips."""
    put(store, settings, *(document(name) for name in ("a", "b", "c", "d")))

    async def work(pilot: Pilot[None]) -> None:
        assert shown(pilot, "heading").startswith("a.txt\ntext/plain · 9 bytes · en · new · 4 waiting")
        assert "1  invoice" in shown(pilot, "choices")
        assert "2  offer" in shown(pilot, "choices")
        await press(pilot, "enter", "2", "n", "s")
        assert isinstance(pilot.app, ReviewApp)
        assert dict(pilot.app.tally) == {"confirm": 1, "correct": 1, "none": 1, "skip": 1}
        assert shown(pilot, "heading").startswith("d.txt")  # skipped, and the last one

    at_the_screen(bench, work)
    assert acts(store) == [
        ("a", "confirm", "invoice"),
        ("b", "correct", "offer"),
        ("c", "none", None),
        ("d", "skip", None),
    ]


def test_undo_brings_the_document_back(bench: Bench, store: Store, settings: Settings) -> None:
    """It is shown again, to be decided otherwise."""
    put(store, settings, document("a"))

    async def work(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert shown(pilot, "heading") == "Nothing waits for review."
        assert shown(pilot, "said").startswith("confirmed as invoice, it is at accounts-payable")
        await press(pilot, "u")
        assert shown(pilot, "heading").startswith("a.txt")
        assert shown(pilot, "said") == "taken back; it is at review again"

    at_the_screen(bench, work)
    assert [kind for _, kind, _ in acts(store)] == ["confirm", "undo"]


def test_any_label_can_be_chosen_from_the_list(bench: Bench, store: Store, settings: Settings) -> None:
    """Keys that decide elsewhere only choose there, and Escape decides nothing."""
    put(store, settings, document("a"))

    async def work(pilot: Pilot[None]) -> None:
        await press(pilot, "l", "n", "escape")
        assert acts(store) == []
        await press(pilot, "l", "down", "down", "enter")

    at_the_screen(bench, work)
    assert acts(store) == [("a", "correct", "purchase_order")]


def test_who_leaves_gives_the_document_back(bench: Bench, store: Store, settings: Settings) -> None:
    """Nobody need wait for the end of a lease."""
    put(store, settings, document("a"))

    async def work(pilot: Pilot[None]) -> None:
        await press(pilot, "q")

    at_the_screen(bench, work)
    with store.reading() as session:
        assert session.scalars(select(Lease)).all() == []


def test_what_somebody_else_decided_is_told(
    bench: Bench, reviews: Reviews, store: Store, settings: Settings
) -> None:
    """The key does nothing, a sentence says why, and the next document is shown."""
    put(store, settings, document("a"), document("b"))

    async def work(pilot: Pilot[None]) -> None:
        with store.writing() as session:
            lease = session.get(Lease, "a")
            assert lease is not None
            lease.holder = "ben"
        await press(pilot, "enter")
        assert shown(pilot, "heading").startswith("b.txt")
        told = [notification.message for notification in pilot.app._notifications]
        assert told == ["ben is working on this document by now: take another one"]

    at_the_screen(bench, work)
    assert acts(store) == []


@pytest.mark.security
def test_a_senders_words_do_not_reach_the_terminal_as_commands(
    bench: Bench, store: Store, settings: Settings, tmp_path: Path
) -> None:
    """Neither in the name nor in the text is there anything that it would obey, nor markup of the screen's own."""
    data = b"\x1b]0;owned\x07[bold]pay[/bold] \xe2\x80\xae"
    objects = ObjectStore(f"file://{tmp_path}/objects")
    uri = objects.put(data)
    put(
        store,
        settings,
        document("a", file_name="\x1b[2J[red]x[/red]", dataref=uri, sha256=uri[-64:], size=len(data)),
    )

    async def work(pilot: Pilot[None]) -> None:
        assert shown(pilot, "heading").startswith("\\x1b[2J[red]x[/red]")
        assert "[bold]pay[/bold]" in shown(pilot, "body")
        everything = shown(pilot, "heading") + shown(pilot, "body")
        assert not any(character in everything for character in "\x1b\x07\u202e")

    at_the_screen(bench, work)
