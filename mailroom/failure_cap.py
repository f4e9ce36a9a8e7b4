"""When to stop: the share of failures that says that a stage is broken, and not the documents.

A stage that fails at everything would turn a whole backlog into dead letters before anybody looks. It stops instead,
and the log keeps the backlog. Only those reasons count that are no document's own fault: a thousand locked archives are
a thousand dead letters, and no reason to stop. A stage that is started again begins to count anew.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mailroom.contracts.errors import MailroomError
from mailroom.contracts.reasons import Reason

ROUTING_FAULTS = frozenset({Reason.INTERNAL, Reason.ORIGINAL_MISSING})
"""Why routing fails when it is routing that is broken: its own errors, and a store that has lost its objects."""

LABELLING_FAULTS = ROUTING_FAULTS | {
    Reason.INFERENCE_FAILED,
    Reason.MALFORMED_RECORD,
    Reason.NO_PAGES,
    Reason.UNSUPPORTED_PREP_VERSION,
}
"""Likewise for labelling: the model fails, does not fit the documents, or is of another release than what it reads."""


class StageBroken(MailroomError):
    """Too many documents failed for what is no fault of theirs."""


@dataclass(slots=True)
class FailureCap:
    """Counts failures among the last documents of one process; not safe for threads.

    Attributes:
        stage: Its name, for the message.
        faults: The reasons that count.
        window: How many documents are looked back on.
        share: The stage is broken when more than so much of `window` has failed: at least `share * window` failures,
            whatever the number of documents. 1 is never.
    """

    stage: str
    faults: frozenset[Reason]
    window: int = 200
    share: float = 0.5
    _last: deque[str | None] = field(default_factory=deque)
    _failed: int = 0

    def add(self, reason: str | None, what: str = "") -> None:
        """Count a document.

        Args:
            reason: Why it was dead-lettered; None where it was not.
            what: What happened, for the message; nothing of the document.

        Raises:
            StageBroken: It was one too many; the message says of what, and how to go on.
        """
        fault = reason if reason in self.faults else None
        self._last.append(fault)
        self._failed += fault is not None
        if len(self._last) > self.window:
            self._failed -= self._last.popleft() is not None
        if fault is not None and self._failed > self.share * self.window:
            raise StageBroken(self._message(what))

    def after(self, outcomes: Iterable[tuple[str | None, str]]) -> "FailureCap":
        """A cap that has counted some documents more, for work that may yet be lost.

        Args:
            outcomes: Of each, what `add` takes.

        Raises:
            StageBroken: As `add`.
        """
        later = replace(self, _last=self._last.copy())
        for reason, what in outcomes:
            later.add(reason, what)
        return later

    def _message(self, what: str) -> str:
        counts = Counter(str(reason) for reason in self._last if reason is not None).most_common()
        reasons = ", ".join(f"{reason} {count}" for reason, count in counts)
        return (
            f"{self._failed} of the last {len(self._last)} documents failed in {self.stage} for what is no fault of "
            f"theirs ({reasons}; the last one: {what}): it stopped, and the log keeps what waits. Mend the cause and "
            "start it again; failures.share: 1 lets everything through"
        )
