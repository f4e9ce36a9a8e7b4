"""Folder drop, into a folder of this machine."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from departments.delivery.errors import NotDelivered
from departments.delivery.folder import FolderChannel
from departments.delivery.messages import Message
from departments.delivery.originals import Originals
from departments.store.tables import RECALLED
from tests.servers.deliveries import CONTENT, kept, message

NAME = "de650d61f5bd-invoice.txt"


class Drop:
    """A folder that documents are dropped into."""

    def __init__(self, root: Path, executor: ThreadPoolExecutor) -> None:
        self.folder = root / "drop"
        self.folder.mkdir()
        self.objects, self.uri = kept(root)
        self.channel = FolderChannel(self.folder, Originals(self.objects), executor)

    def message(self, event: str = "document.assigned", revision: int = 0, **facts: Any) -> Message:
        """A message about a document that was kept."""
        return message(event=event, revision=revision, channel="folder", facts={"dataref": self.uri} | facts)

    def deliver(self, told: Message) -> None:
        """Deliver it."""
        asyncio.run(self.channel.deliver(told))

    def names(self) -> list[str]:
        """All files, hidden ones too."""
        return sorted(path.name for path in self.folder.iterdir())

    def json(self, suffix: str = ".json") -> Any:
        """The JSON beside the document."""
        return json.loads((self.folder / (NAME + suffix)).read_text(encoding="utf-8"))


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """A folder of this test's own."""
    with ThreadPoolExecutor(1) as executor:
        yield Drop(tmp_path, executor)


def test_a_document_is_dropped_with_a_json_beside_it(drop: Drop) -> None:
    """The very bytes, under a harmless name; nothing else is left there."""
    drop.deliver(drop.message())
    assert drop.names() == [NAME, NAME + ".json"]
    assert (drop.folder / NAME).read_bytes() == CONTENT
    told = drop.json()
    assert (told["delivery"], told["type"], told["file"]) == ("m1", "document.assigned", NAME)
    assert (told["data"]["id"], told["data"]["label"]) == ("4711", "invoice")


def test_dropping_twice_is_dropping_once(drop: Drop) -> None:
    """Whoever was killed before the mark drops it again."""
    drop.deliver(drop.message())
    drop.deliver(drop.message())
    assert drop.names() == [NAME, NAME + ".json"]


def test_a_recall_takes_away_what_is_still_there(drop: Drop) -> None:
    """What remains is a JSON that says so; a second recall changes nothing."""
    drop.deliver(drop.message())
    for _ in range(2):
        drop.deliver(drop.message(RECALLED, 1, desk="review"))
        assert drop.names() == [NAME + ".recalled.json"]
    assert drop.json(".recalled.json")["data"]["now_at"] == "review"


def test_a_document_that_comes_back_is_no_longer_recalled(drop: Drop) -> None:
    """An undone correction puts all back."""
    for told in (drop.message(), drop.message(RECALLED, 1), drop.message(revision=2)):
        drop.deliver(told)
    assert drop.names() == [NAME, NAME + ".json"]


def test_a_document_that_was_not_kept_is_told_of(drop: Drop) -> None:
    """The JSON says that there is no file."""
    drop.deliver(drop.message(dataref=None))
    assert drop.names() == [NAME + ".json"]
    assert drop.json()["file"] is None


def test_a_missing_folder_is_not_made(drop: Drop) -> None:
    """It may be a share that is not mounted: documents would vanish beneath it."""
    drop.folder.rmdir()
    with pytest.raises(NotDelivered, match="make it, or mount"):
        drop.deliver(drop.message())
    assert not drop.folder.exists()


@pytest.mark.security
def test_a_changed_original_is_not_dropped(drop: Drop) -> None:
    """Nor is half of it left there."""
    Path(drop.uri.removeprefix("file://")).write_bytes(b"Invoice 4711: 99 screws")
    with pytest.raises(NotDelivered, match="has been changed"):
        drop.deliver(drop.message())
    assert drop.names() == []


def test_a_folder_that_refuses_is_said(drop: Drop) -> None:
    """A folder in the document's place stands for whatever the file system may refuse."""
    (drop.folder / NAME).mkdir()
    (drop.folder / NAME / "file").touch()
    with pytest.raises(NotDelivered, match="is there room, may Mailroom write"):
        drop.deliver(drop.message())
    assert drop.names() == [NAME]
