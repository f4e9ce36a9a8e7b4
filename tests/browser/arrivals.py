"""Documents that come in at the door, and what became of them."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx
from sqlalchemy import select

from departments.store.tables import Document
from tests.browser.conftest import World

SECONDS = 60.0
Found = TypeVar("Found")

INVOICE = (
    "Invoice no. {name}\n\nDear Sir or Madam,\n\nwe charge you for the goods delivered on 3 March: net 400.00 EUR, "
    "VAT 76.00 EUR, total amount due 476.00 EUR. Please transfer the amount within 14 days to the account below.\n\n"
    "Kind regards\nAccounts receivable"
)


def arrive(world: World, name: str, content: bytes | None = None) -> str:
    """Put a document in by the door, and wait until it lies at the desk where people decide; its id."""
    body = INVOICE.format(name=name).encode() if content is None else content
    answer = httpx.post(
        f"{world.door.url}/documents", content=body, headers={"x-file-name": name}, timeout=SECONDS
    )
    assert answer.status_code == 202, answer.text
    identifier = str(answer.json()["id"])
    awaited(lambda: document(world, identifier))
    return identifier


def document(world: World, identifier: str) -> Document | None:
    """A document as it is now."""
    with world.store.reading() as session:
        return session.get(Document, identifier)


def named(world: World, name: str) -> Document | None:
    """The document of a file name."""
    with world.store.reading() as session:
        return session.scalar(select(Document).where(Document.file_name == name))


def awaited(look: Callable[[], Found | None]) -> Found:
    """Look until there is something, at most a minute."""
    end = time.monotonic() + SECONDS
    while (found := look()) is None:
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)
    return found
