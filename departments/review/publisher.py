"""Acts that say what a document is, sent as `documents.feedback`: at least once, each under its own id.

An act is published after it was committed, from the database: it is never lost, and no clerk waits for the log. Who
reads a record twice knows it by its id, and by its time which of two judgements on a document is the later one.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import update

from departments.review.feedback import Judged, record, unpublished
from departments.review.texts import KeptText, Texts
from departments.store.engine import Store
from departments.store.tables import Act, Document
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.topics import Topic
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.streams.base import Sink

FLUSH_SECONDS = 30.0
POLL_SECONDS = 0.25
LONGEST_PAUSE = 30.0

_log = structlog.get_logger()


@dataclass(slots=True)
class Publisher:
    """Publishes acts; to be run by one thread.

    Attributes:
        store: The departments' database.
        texts: Reads documents, and keeps their texts.
        open_sink: Opens the log; again after each failure.
        topic: Where to.
    """

    store: Store
    texts: Texts
    open_sink: Callable[[], Sink]
    topic: str = Topic.FEEDBACK
    _sink: Sink | None = None
    _blind: bool = field(default=False)

    def run(self, stop: threading.Event) -> None:
        """Publish what there is, as it comes, until told to stop; what fails is tried again, ever less often."""
        pause = POLL_SECONDS
        while not stop.is_set():
            try:
                published = self.publish()
            except MailroomError as error:
                pause = min(2 * pause, LONGEST_PAUSE)
                _log.warning("judgements wait to be published", reason=type(error).__name__, again_in=pause)
                self._drop_sink()
            else:
                pause = POLL_SECONDS
                if published:
                    continue
            stop.wait(pause)
        self.close()

    def publish(self) -> int:
        """Publish the next acts, the oldest first, and mark them once the log has them.

        Returns:
            How many.

        Raises:
            DatabaseUnavailable: The database does not answer.
            StoreUnavailable: A text cannot be read or kept now.
            StreamError: The log does not take them; they will be sent again.
        """
        with self.store.reading() as session:
            due = unpublished(session)
        if not due:
            return 0
        # Kept one by one: what a scan's text cost is not paid again, where the log then fails.
        ready = [self._with_text(item) for item in due]
        sink = self._opened()
        for item in ready:
            if item.document is not None:
                sink.send(record(self.topic, item, item.document))
        sink.flush(FLUSH_SECONDS)
        with self.store.writing() as session:
            ids = [item.act.id for item in ready]
            session.execute(update(Act).where(Act.id.in_(ids)).values(published=True))
        return len(ready)

    def close(self) -> None:
        """Release the log, and end what reads."""
        self._drop_sink()
        self.texts.close()

    def _with_text(self, item: Judged) -> Judged:
        act, document = item.act, item.document
        if document is None or act.text_ref is not None or item.withdrawn is not None:
            return item
        kept = self._kept(document)
        if kept is not None:
            with self.store.writing() as session:
                where = {"text_ref": kept.uri, "text_sha256": kept.sha256}
                session.execute(update(Act).where(Act.id == act.id).values(**where))
            act.text_ref, act.text_sha256 = kept.uri, kept.sha256
        return item

    def _kept(self, document: Document) -> KeptText | None:
        try:
            return self.texts.keep(document)
        except OcrUnavailable as error:
            if not self._blind:
                _log.warning("texts of scans are left to who learns from them", reason=str(error))
            self._blind = True
            return None

    def _opened(self) -> Sink:
        if self._sink is None:
            self._sink = self.open_sink()
        return self._sink

    def _drop_sink(self) -> None:
        if self._sink is not None:
            self._sink.close()
            self._sink = None
