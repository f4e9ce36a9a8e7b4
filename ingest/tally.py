"""What became of the documents of one run of a door that stays open."""

import threading
from collections import deque
from dataclasses import dataclass, field

from ingest.documents import Failed, Outcome, Sent, as_json
from mailroom.terminal import messages

REMEMBERED = 1_000


@dataclass(slots=True)
class Tally:
    """All are counted, the latest remembered; several threads may tell it.

    Attributes:
        quiet: Say nothing of each.
    """

    quiet: bool
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    failed: deque[Failed] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    sent_count: int = 0
    failed_count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, outcome: Outcome) -> None:
        """Count an outcome and say it."""
        with self._lock:
            if isinstance(outcome, Sent):
                self.sent_count += 1
                self.sent.append(outcome)
                line = f"{outcome.id}  {outcome.position}  {outcome.file}"
            else:
                self.failed_count += 1
                self.failed.append(outcome)
                line = f"failed: {outcome.file}: {outcome.error}"
        if not self.quiet:
            messages().out(line, highlight=False)

    def add(self, count: int) -> None:
        """Count documents of which no more is to be said."""
        with self._lock:
            self.sent_count += count

    def document(self) -> dict[str, object]:
        """What `--json` prints of it."""
        return {
            "sent": list(map(as_json, self.sent)),
            "failed": list(map(as_json, self.failed)),
            "count": self.sent_count,
        }
