"""Folder drop: the document and, once it is whole, a JSON beside it; both appear at once, under their final names.

A recall takes away what is still there, and leaves a JSON that says so.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from departments.delivery.errors import NotDelivered
from departments.delivery.messages import Message
from departments.delivery.names import safe_name
from departments.delivery.originals import Originals
from departments.store.tables import RECALLED

LONGEST_SECONDS = 120.0
"""For a large document, out of a store that is far away."""
DROPPED, WITHDRAWN = ".json", ".recalled.json"


class FolderChannel:
    """Drops one desk's documents.

    Args:
        folder: Where; it is never made, since a share that is not mounted looks just like a folder that is missing.
        originals: The documents' bytes.
        executor: Does the writing.
    """

    def __init__(self, folder: Path, originals: Originals, executor: Executor) -> None:
        self._folder = folder
        self._originals = originals
        self._executor = executor

    @property
    def longest_seconds(self) -> float:
        """What a try may take."""
        return LONGEST_SECONDS

    async def deliver(self, message: Message) -> None:
        """Drop a document, or take it back; doing so twice leaves what doing it once does.

        Raises:
            NotDelivered: The folder is missing or refuses, or the original cannot be read.
        """
        await asyncio.get_running_loop().run_in_executor(self._executor, self._deliver, message)

    def _deliver(self, message: Message) -> None:
        if not self._folder.is_dir():
            raise NotDelivered(f"no folder at {self._folder}: make it, or mount what it lies on")
        try:
            if message.event == RECALLED:
                self._withdraw(message)
            else:
                self._drop(message)
            _sync_folder(self._folder)
        except OSError as error:
            raise NotDelivered(
                f"{self._folder}: {error.strerror or type(error).__name__}: is there room, may Mailroom write?"
            ) from error

    def _drop(self, message: Message) -> None:
        document = self._place(message)
        with self._aside(message) as (aside, file):
            kept = self._originals.copy(message.facts, file)
            if kept:
                _finish(file)
                aside.replace(document)
        self._place(message, WITHDRAWN).unlink(missing_ok=True)
        self._tell(message, DROPPED, document.name if kept else None)

    def _withdraw(self, message: Message) -> None:
        self._tell(message, WITHDRAWN, None)
        for suffix in (DROPPED, ""):  # the JSON first: what has one is whole
            self._place(message, suffix).unlink(missing_ok=True)

    def _tell(self, message: Message, suffix: str, file: str | None) -> None:
        content = {"delivery": message.id, **message.envelope(), "file": file}
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        with self._aside(message) as (aside, stream):
            stream.write(text.encode("utf-8", "backslashreplace"))
            _finish(stream)
            aside.replace(self._place(message, suffix))

    def _place(self, message: Message, suffix: str = "") -> Path:
        facts = message.facts
        return self._folder / (safe_name(facts.id, facts.file_name, facts.media_type) + suffix)

    @contextmanager
    def _aside(self, message: Message) -> Iterator[tuple[Path, BinaryIO]]:
        """A hidden file, of which nothing is left unless it was renamed."""
        path = self._folder / f".{message.id}.part"
        try:
            with path.open("wb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)


def _finish(file: BinaryIO) -> None:
    """What was written outlasts a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
