"""Writes that come together are done together."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from departments.delivery import outbox
from departments.delivery.writes import GroupedWrites
from departments.store.engine import Store
from departments.store.tables import DUE, SENT
from tests.servers.deliveries import START, add, delivery, opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database of this test's own."""
    found, _ = opened(tmp_path, {})
    yield found
    found.close()


def test_what_comes_while_another_writes_shares_the_next_transaction(store: Store) -> None:
    """Each gets its own answer, once all of it is committed."""
    due = [add(store, number) for number in range(1, 11)]
    sessions = []

    def mark(session: Session, each: str) -> str:
        sessions.append(id(session))
        outbox.mark_sent(session, each, START)
        return each

    async def work() -> list[str]:
        writes = GroupedWrites(store)
        return await asyncio.gather(
            *(writes.do(lambda session, each=each: mark(session, each)) for each in due)  # type: ignore[misc]
        )

    assert asyncio.run(work()) == due
    assert len(set(sessions)) <= 2
    assert {delivery(store, each).state for each in due} == {SENT}


def test_a_write_that_fails_leaves_nothing_of_its_transaction(store: Store) -> None:
    """Everybody in it is told, and the next writes go on."""
    due = add(store)

    def fail(_session: Session) -> None:
        raise ZeroDivisionError

    def mark(session: Session) -> None:
        outbox.mark_sent(session, due, START)

    async def work() -> list[object]:
        writes = GroupedWrites(store)
        together = await asyncio.gather(writes.do(mark), writes.do(fail), return_exceptions=True)
        assert delivery(store, due).state == DUE
        await writes.do(mark)
        return [type(each) for each in together]

    assert asyncio.run(work()) == [ZeroDivisionError, ZeroDivisionError]
    assert delivery(store, due).state == SENT
