"""One folder of a mailbox as a source of mails. One of two modules that know the client."""

import io
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from imapclient import IMAPClient

from ingest.documents import Sent
from ingest.errors import SourceRefused, SourceUnavailable
from ingest.mailbox.connection import close, connect, translated
from ingest.receiving.handover import Arrival
from ingest.receiving.identity import door_id
from ingest.receiving.receiver import Settled
from mailroom.door_settings import MIB, MailAccount

MEDIA_TYPE = "message/rfc822"
WINDOW = 5_000
"""Mails searched at a time: a server's answer is one line, which the client limits."""
BATCH_MAILS = 200
BATCH_BYTES = 8 * MIB
WHOLE_BYTES = 1 * MIB
"""Up to here mails are fetched whole and together, beyond in pieces of this size."""
SLICE_SECONDS = 1.0
DONE = "$MailroomDone"
FAILED = "$MailroomFailed"
ANY_KEYWORD = b"\\*"


@dataclass(frozen=True, slots=True)
class Look:
    """What one `SELECT` told."""

    uid_validity: int
    exists: int


class MailFolder:
    """A folder that is read and kept empty (or flagged) of what was received.

    Args:
        name: The account's name.
        account: How to reach it.
        folder: Which folder.
    """

    def __init__(self, name: str, account: MailAccount, folder: str) -> None:
        self._name = name
        self._account = account
        self._folder = folder
        self._uids: dict[str, int] = {}
        self._client = connect(name, account)
        try:
            with translated(name):
                self._prepare()
        except BaseException:
            self.close()
            raise

    def take(self) -> Sequence[Arrival]:
        """The oldest mails that are not settled, as many as a batch holds."""
        with translated(self._name):
            look = self._look()
            sizes = self._sizes(self._unsettled(look))
            whole = self._whole([uid for uid, size in sizes.items() if size <= WHOLE_BYTES])
        # A mail that another client removed between search and fetch has no bytes any more.
        uids = [uid for uid, size in sizes.items() if uid in whole or size > WHOLE_BYTES]
        arrivals = [self._arrival(look, uid, whole.get(uid)) for uid in uids]
        self._uids = {arrival.id: uid for arrival, uid in zip(arrivals, uids, strict=True)}
        return arrivals

    def settle(self, settled: Sequence[Settled]) -> None:
        """Move or flag what was sent, and what never can be."""
        sent = [self._uids[arrival.id] for arrival, outcome in settled if isinstance(outcome, Sent)]
        failed = [self._uids[arrival.id] for arrival, outcome in settled if not isinstance(outcome, Sent)]
        with translated(self._name):
            self._put_away(sent, self._account.done_folder, DONE)
            self._put_away(failed, self._account.failed_folder, FAILED)

    def wait(self, stop: threading.Event) -> None:
        """Until the server tells of a mail (IDLE), or for the time between two looks."""
        with translated(self._name):
            if self._client.has_capability("IDLE"):
                self._idle(stop)
            else:
                stop.wait(self._account.poll_seconds)

    def close(self) -> None:
        """Release the connection."""
        close(self._client)

    def _prepare(self) -> None:
        moves = self._account.processed == "move"
        for target in (self._account.done_folder, self._account.failed_folder) if moves else ():
            self._ensure(target)
        answer = self._select()
        if not moves and ANY_KEYWORD not in answer.get(b"PERMANENTFLAGS", ()):
            raise SourceRefused(
                f"{self._place}: the server keeps no flags of ours here: set processed to move"
            )

    def _ensure(self, target: str) -> None:
        if self._client.folder_exists(target):
            return
        try:
            self._client.create_folder(target)
        except IMAPClient.AbortError:
            raise
        except IMAPClient.Error as error:
            if self._client.folder_exists(target):
                return  # whoever reads the account's other folder has made it meanwhile
            mend = (
                "name folders that it allows (some want INBOX. before them) in done_folder and failed_folder"
            )
            raise SourceRefused(f"{self._place}: the server makes no folder {target}: {mend}") from error

    def _select(self) -> Mapping[bytes, Any]:
        if not self._client.folder_exists(self._folder):
            raise SourceRefused(f"{self._place}: there is no such folder: name one that the server lists")
        return cast("Mapping[bytes, Any]", self._client.select_folder(self._folder))

    def _look(self) -> Look:
        answer = self._client.select_folder(self._folder)
        return Look(int(answer[b"UIDVALIDITY"]), int(answer[b"EXISTS"]))

    def _unsettled(self, look: Look) -> list[int]:
        """The first UIDs that are neither done nor failed nor deleted."""
        found: list[int] = []
        for first in range(1, look.exists + 1, WINDOW):
            window = f"{first}:{min(first + WINDOW - 1, look.exists)}"
            flags = ["UNKEYWORD", DONE, "UNKEYWORD", FAILED] if self._account.processed == "flag" else []
            found += self._client.search([window, "UNDELETED", *flags])
            if len(found) >= BATCH_MAILS:
                break
        return sorted(found)[:BATCH_MAILS]

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The size of each, as many as a batch holds, at least one."""
        told = self._client.fetch(uids, ["RFC822.SIZE"]) if uids else {}
        sizes: dict[int, int] = {}
        for uid in uids:
            size = told.get(uid, {}).get(b"RFC822.SIZE")
            if size is None:
                continue
            if sizes and sum(sizes.values()) + size > BATCH_BYTES:
                break
            sizes[uid] = size
        return sizes

    def _whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        answer = self._client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
        return {uid: data[b"BODY[]"] for uid, data in answer.items() if b"BODY[]" in data}

    def _arrival(self, look: Look, uid: int, data: bytes | None) -> Arrival:
        account = f"{self._account.user}@{self._account.host}"
        identifier = door_id("mailbox", account, self._folder, str(look.uid_validity), str(uid))

        def opened() -> AbstractContextManager[BinaryIO]:
            stream = io.BytesIO(data) if data is not None else MailStream(self._name, self._pieces(uid))
            return closing(cast("BinaryIO", stream))

        return Arrival(identifier, f"{self._place} uid {uid}", opened, media_type=MEDIA_TYPE)

    def _pieces(self, uid: int) -> Iterator[bytes]:
        """Up to the first that is short: the size that servers tell may be wrong."""
        start, piece = 0, b" " * WHOLE_BYTES
        while len(piece) == WHOLE_BYTES:
            answer = self._client.fetch([uid], [f"BODY.PEEK[]<{start}.{WHOLE_BYTES}>"])
            if uid not in answer:
                raise SourceUnavailable(f"{self._place} uid {uid} went away while it was read")
            piece = answer[uid].get(b"BODY[]<%d>" % start) or b""
            start += len(piece)
            yield piece

    def _put_away(self, uids: Sequence[int], target: str, flag: str) -> None:
        if not uids:
            return
        if self._account.processed == "flag":
            self._client.add_flags(uids, [flag], silent=True)
        elif self._client.has_capability("MOVE"):
            self._client.move(uids, target)
        else:
            self._copy_and_delete(uids, target)

    def _copy_and_delete(self, uids: Sequence[int], target: str) -> None:
        """A move for servers that know none; others' deleted mails are left alone."""
        self._client.copy(uids, target)
        self._client.add_flags(uids, [b"\\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)

    def _idle(self, stop: threading.Event) -> None:
        self._client.idle()
        end = time.monotonic() + self._account.idle_seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            pause = min(SLICE_SECONDS, left)
            started = time.monotonic()
            told = self._client.idle_check(timeout=pause)
            # Back early with nothing: the connection has ended, which `idle_done` will tell.
            if _has_news(told) or (not told and time.monotonic() - started < pause / 2):
                break
        self._client.idle_done()

    @property
    def _place(self) -> str:
        return f"{self._name}/{self._folder}"


class MailStream(io.RawIOBase):
    """A large mail as a stream of its pieces, each fetched as it is needed."""

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        self._name = name
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As any stream; 0 at the end."""
        if not self._rest:
            with translated(self._name):
                self._rest = next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _has_news(told: Iterable[Any]) -> bool:
    return any(len(item) > 1 and item[1] == b"EXISTS" for item in told)
