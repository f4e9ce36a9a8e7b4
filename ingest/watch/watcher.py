"""Sends what is complete in a folder, exactly once: intend, send, move, each noted before the next."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.content import Intake
from ingest.documents import Content, Document, Failed, Inline, Outcome, Sent, printable
from ingest.envelope import raw_record
from ingest.errors import Unsendable
from ingest.watch.identity import stable_id
from ingest.watch.inbox import Changed, Inbox
from ingest.watch.journal import Entry, Journal, State
from ingest.watch.observations import Observation, Seen, look, postpone
from ingest.watch.raw_log import RawLog, Refused
from mailroom.contracts.records import Position
from mailroom.objects import StoreUnavailable
from mailroom.settings import MIB
from mailroom.streams.clock import Clock

SOURCE = "/mailroom/watch-folder"

BATCH_DOCUMENTS = 100
BATCH_BYTES = 16 * MIB

NOT_REGULAR = "a link or a device, not a file: put the file itself here"


@dataclass(frozen=True, slots=True)
class Pickup:
    """A complete file that was read, under the id it is sent with."""

    seen: Observation
    document: Document

    @property
    def size(self) -> int:
        """How many bytes of it are held in memory."""
        body = self.document.content.body
        return len(body.data) if isinstance(body, Inline) else 0


@dataclass(slots=True)
class Watcher:
    """One watcher of one folder.

    Attributes:
        inbox: The folder.
        journal: What was done.
        log: Where documents go.
        intake: Reads documents.
        clock: Tells how long a file has been quiet.
        settle: Seconds that a file must be quiet.
        report: Is told what became of each file.
        stopping: Asked between batches; the rest waits for the next run.
    """

    inbox: Inbox
    journal: Journal
    log: RawLog
    intake: Intake
    clock: Clock
    settle: float
    report: Callable[[Outcome], None]
    stopping: Callable[[], bool] = bool
    _seen: Mapping[str, Seen] = field(default_factory=dict)
    _trouble: StoreUnavailable | None = None

    def recover(self) -> None:
        """Finish what a predecessor left: ask the log what it has, send nothing twice, move what was sent.

        Raises:
            LogUnavailable: The log cannot be asked.
            FolderUnusable: A file cannot be moved.
        """
        now = self.clock.now()
        intended = self.journal.unfinished(State.INTENDED)
        if intended:
            found = self.log.find([entry.id for entry in intended], earliest(intended))
            self._confirm(intended, found)
            self.journal.forget(entry.id for entry in intended if entry.id not in found)
        self._put_away(self.journal.unfinished(State.SENT))
        self.journal.prune(now)

    def step(self) -> tuple[str, ...]:
        """Look once, send what is complete, and return the names that are not complete yet.

        Raises:
            LogUnavailable: The log cannot be reached; `recover` with a new connection before the next step.
            StoreUnavailable: A large file has no place; the others are sent, it stays.
            FolderUnusable: The folder or its journal cannot be used.
        """
        now = self.clock.monotonic()
        seen = look(self._seen, self.inbox.observe(), now, self.settle)
        used = [item.name for item in seen.due if item.regular and self.inbox.in_use(item.name)]
        self._seen = postpone(seen.seen, used, now)
        for batch in self._pick_up(seen.due, frozenset(used)):
            self._send(batch)
            if self.stopping():
                break
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble
        return (*seen.waiting, *used)

    def _pick_up(self, due: Sequence[Observation], used: frozenset[str]) -> Iterator[list[Pickup]]:
        """Read complete files, a bounded number of bytes at a time."""
        batch: list[Pickup] = []
        for item in due:
            picked = self._read(item) if item.name not in used else None
            batch += [picked] if picked is not None else []
            if len(batch) >= BATCH_DOCUMENTS or sum(pickup.size for pickup in batch) >= BATCH_BYTES:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read(self, item: Observation) -> Pickup | None:
        try:
            content = self._content(item)
        except Changed:
            return None
        except StoreUnavailable as error:  # small documents do not need the store: let them pass first
            self._trouble = error
            return None
        except Unsendable as error:
            self._reject(item, str(error))
            return None
        return Pickup(item, Document(self._identify(item, content), content, printable(item.name)))

    def _content(self, item: Observation) -> Content:
        if not item.regular:
            raise Unsendable(NOT_REGULAR)
        with self.inbox.open(item) as stream:
            return self.intake.read(stream, printable(item.name))

    def _identify(self, item: Observation, content: Content) -> str:
        digest, occurrence = content.body.digest, 0
        while True:
            document_id = stable_id(item.name, digest, item.fingerprint, occurrence)
            if self.journal.state(document_id) is not State.MOVED:
                return document_id
            occurrence += 1

    def _send(self, batch: list[Pickup]) -> None:
        """Send a batch; what the log refuses for itself alone is rejected, the others are sent."""
        since = self.log.ends()
        entries = [
            Entry(pickup.document.id, pickup.seen.name, pickup.seen.fingerprint, since) for pickup in batch
        ]
        self.journal.intend(entries, self.clock.now())
        records = [raw_record(pickup.document, source=SOURCE, now=self.clock.now()) for pickup in batch]
        try:
            positions = self.log.append(records)
        except Refused as error:
            self.journal.forget(entry.id for entry in entries)
            self._reject(batch[error.index].seen, str(error))
            rest = batch[: error.index] + batch[error.index + 1 :]
            if rest:
                self._send(rest)
            return
        self._confirm(entries, dict(zip((entry.id for entry in entries), positions, strict=True)))
        self._put_away(entries)

    def _confirm(self, entries: Sequence[Entry], found: Mapping[str, Position]) -> None:
        self.journal.mark(found, State.SENT, self.clock.now())
        for entry in entries:
            if entry.id in found:
                self.report(Sent(entry.id, printable(entry.name), found[entry.id]))

    def _put_away(self, entries: Sequence[Entry]) -> None:
        """Move what was sent to `done/`; a file that was written to meanwhile stays, as another document."""
        for entry in entries:
            if self.inbox.is_here(entry.name, entry.fingerprint):
                self.inbox.finish(entry.name)
        self.journal.mark((entry.id for entry in entries), State.MOVED, self.clock.now())

    def _reject(self, item: Observation, reason: str) -> None:
        self.inbox.reject(item.name, reason)
        self.report(Failed(printable(item.name), reason))


def earliest(entries: Sequence[Entry]) -> dict[int, int]:
    """From where to look for all of some entries."""
    partitions = {partition for entry in entries for partition in entry.since}
    return {partition: min(entry.since.get(partition, 0) for entry in entries) for partition in partitions}
